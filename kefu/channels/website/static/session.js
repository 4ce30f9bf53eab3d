// Who the customer is to the server: a token, renewed in time, the same in all tabs.

const KEY = "session";
const RENEW_AFTER = 24 * 3600 * 1000; // ms

export class Session {
  onNew = () => {}; // the conversation is another one than before
  #api;
  #brand;
  #shelf;
  #user; // the site's user token, if somebody is logged in

  constructor(api, brand, shelf, user) {
    this.#api = api;
    this.#brand = brand;
    this.#shelf = shelf;
    this.#user = user;
  }

  /** What is remembered, where it belongs to the person who is here now; another's is never used. */
  get stored() {
    const stored = this.#shelf.get(KEY);
    return stored && (!stored.person || stored.person === person(this.#user)) ? stored : undefined;
  }

  get name() {
    return this.stored?.name;
  }

  /** Somebody logs in, gets a fresh token, or logs out (no token). */
  setUser(user) {
    const left = person(this.#user);
    this.#user = user;
    return left !== undefined && left !== person(user);
  }

  /** Call `request(token)`; a token that was refused is replaced once. */
  async use(request) {
    const { token } = await this.#ready();
    try {
      return await request(token);
    } catch (error) {
      if (error.status !== 401) throw error;
      return request((await this.#ready(token)).token);
    }
  }

  #ready(refused) {
    const good = (stored) =>
      stored && stored.token !== refused && stored.person === person(this.#user) && Date.now() - stored.at < RENEW_AFTER;
    if (good(this.stored)) return this.stored;
    return this.#shelf.alone(KEY, async () => {
      const stored = this.stored; // another tab may have been quicker
      return good(stored) ? stored : this.#start(stored?.token === refused ? undefined : stored);
    });
  }

  async #start(stored) {
    const wanted = { brand: this.#brand, user_token: this.#user };
    let answer;
    let key = stored?.key; // names the conversation among tabs
    if (stored) {
      answer = await this.#api.session({ ...wanted, token: stored.token }).catch((error) => {
        if (error.status !== 401) throw error;
      });
    }
    if (!answer || stored.person !== person(this.#user)) key = String(Math.random());
    answer ??= await this.#api.session(wanted);
    const { token, name, wechat } = answer;
    const session = { token, name, wechat, person: person(this.#user), at: Date.now(), key };
    this.#shelf.set(KEY, session);
    if (stored?.key !== key) this.onNew();
    return session;
  }
}

/** Whom a user token names; fresh tokens of one person name the same. */
function person(token) {
  try {
    return JSON.parse(atob(token.split(".")[0].replaceAll("-", "+").replaceAll("_", "/"))).sub;
  } catch {
    return token; // nobody, or no token of ours: the server will say so
  }
}
