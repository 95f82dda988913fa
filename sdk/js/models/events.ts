import { type Any, type Dict, hidden } from "./types";

interface Handler {
  callback: (...args: Any[]) => void;
  context: Any;
}

function handlers(self: Any): Record<string, Handler[]> {
  if (!self._events) {
    hidden(self, "_events", Object.create(null));
  }
  return self._events;
}

function on(this: Any, names: Any, callback?: Any, context?: Any): Any {
  if (names && typeof names === "object") {
    for (const name of Object.keys(names)) {
      on.call(this, name, names[name], callback);
    }
    return this;
  }
  if (typeof callback === "function") {
    const all = handlers(this);
    for (const name of String(names).split(/\s+/)) {
      (all[name] = all[name] || []).push({ callback, context });
    }
  }
  return this;
}

function off(this: Any, names?: Any, callback?: Any, context?: Any): Any {
  const all = handlers(this);
  for (const name of names ? String(names).split(/\s+/) : Object.keys(all)) {
    all[name] = (all[name] || []).filter(
      (h) => (callback && h.callback !== callback) || (context && h.context !== context),
    );
  }
  return this;
}

function trigger(this: Any, names: Any, ...args: Any[]): Any {
  if (!this._events) {
    return this;
  }
  for (const name of String(names).split(/\s+/)) {
    for (const h of (this._events[name] || []).slice()) {
      h.callback.apply(h.context || this, args);
    }
    for (const h of (this._events.all || []).slice()) {
      h.callback.apply(h.context || this, [name, ...args]);
    }
  }
  return this;
}

function once(this: Any, names: Any, callback: Any, context?: Any): Any {
  const self = this;
  const wrapped = function (this: Any, ...args: Any[]): void {
    off.call(self, names, wrapped);
    callback.apply(this, args);
  };
  return on.call(this, names, wrapped, context);
}

function listenTo(this: Any, other: Any, names: Any, callback: Any): Any {
  if (other && typeof other.on === "function") {
    other.on(names, callback, this);
  }
  return this;
}

function stopListening(this: Any, other?: Any, names?: Any, callback?: Any): Any {
  if (other && typeof other.off === "function") {
    other.off(names, callback, this);
  }
  return this;
}

/** Backbone's events, under both names of each pair. */
export const Events: Dict = { on, off, trigger, once, listenTo, stopListening, bind: on, unbind: off };
