// Images that wait to be sent, in IndexedDB: they survive a reload. In memory where there is no database.

const memory = new Map();

function store(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("kefu", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("images");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const work = database.transaction("images", mode);
      const request = act(work.objectStore("images"));
      work.oncomplete = () => (database.close(), resolve(request.result));
      work.onabort = () => (database.close(), reject(work.error));
    };
  });
}

export async function keep(id, blob) {
  memory.set(id, blob);
  await store("readwrite", (images) => images.put(blob, id)).catch(() => {});
}

export const recall = async (id) => memory.get(id) ?? (await store("readonly", (images) => images.get(id)).catch(() => {}));

/** It is sent: this page still shows it from memory, the next one asks the server. */
export async function forget(id) {
  await store("readwrite", (images) => images.delete(id)).catch(() => {});
}
