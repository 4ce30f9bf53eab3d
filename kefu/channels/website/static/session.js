// Who the customer is to the server: a token, renewed in time, the same in all tabs of one person.

import { Failure } from "./api.js";

const KEY = "session";
const RENEW_AFTER = 24 * 3600 * 1000; // ms

export class Session {
  onNew = () => {}; // the conversation is another one than before
  #api;
  #brand;
  #shelf;
  user; // the site's user token, if somebody is logged in

  constructor(api, brand, shelf, user) {
    this.#api = api;
    this.#brand = brand;
    this.#shelf = shelf;
    this.user = user;
  }

  /** Whom the user token names; undefined for a visitor. */
  get person() {
    return person(this.user);
  }

  /** What is remembered of the person who is here now; another's is never used. */
  get stored() {
    const stored = this.#shelf.get(KEY);
    return stored?.person === this.person ? stored : undefined;
  }

  get name() {
    return this.stored?.name;
  }

  forget() {
    this.#shelf.remove(KEY);
  }

  /** Call `request(token)`; a token that was refused is replaced once. What one person asks is not done as another. */
  async use(request) {
    const who = this.person;
    const still = (result) => {
      if (who !== this.person) throw new Failure(0, "another person");
      return result;
    };
    const { token } = still(await this.#ready());
    try {
      return still(await request(token));
    } catch (error) {
      if (error.status !== 401) throw error;
      return still(await request(still(await this.#ready(token)).token));
    }
  }

  #ready(refused) {
    const good = (stored) => stored && stored.token !== refused && Date.now() - stored.at < RENEW_AFTER;
    if (good(this.stored)) return this.stored;
    return this.#shelf.alone(KEY, async () => {
      const stored = this.stored; // another tab may have been quicker
      return good(stored) ? stored : this.#start(stored?.token === refused ? undefined : stored);
    });
  }

  async #start(stored) {
    const who = this.person;
    const wanted = { brand: this.#brand, user_token: this.user };
    let answer;
    let key = stored?.key; // names the conversation among tabs
    if (stored) {
      answer = await this.#api.session({ ...wanted, token: stored.token }).catch((error) => {
        if (error.status !== 401) throw error;
      });
    }
    if (!answer) key = String(Math.random());
    answer ??= await this.#api.session(wanted);
    const { token, name, wechat } = answer;
    const session = { token, name, wechat, person: who, at: Date.now(), key };
    if (who === this.person) {
      this.#shelf.set(KEY, session);
      if (stored?.key !== key) this.onNew();
    }
    return session;
  }
}

/** Fresh tokens of one person name the same. */
export function person(token) {
  try {
    return JSON.parse(atob(token.split(".")[0].replaceAll("-", "+").replaceAll("_", "/"))).sub;
  } catch {
    return token; // nobody, or no token of ours: the server will say so
  }
}
