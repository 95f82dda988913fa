// EventSource for Node, over fetch: as much of it as a browser's has.
export class Events extends EventTarget {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private abort = new AbortController();

  constructor(url: string, entered?: Promise<void>) {
    super();
    Promise.resolve(entered)
      .then(() => this.abort.signal.throwIfAborted())
      .then(() => this.read(url))
      .catch(() => {})
      .then(() => {
        if (!this.abort.signal.aborted) this.onerror?.();
      });
  }
  private async read(url: string) {
    const response = await fetch(url, { signal: this.abort.signal, headers: { Accept: "text/event-stream" } });
    if (!response.ok) return;
    this.onopen?.();
    let text = "";
    const decoder = new TextDecoder();
    for await (const piece of response.body!) {
      text += decoder.decode(piece, { stream: true });
      for (let end: number; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2))
        this.event(text.slice(0, end));
    }
  }
  private event(text: string) {
    let type = "message",
      data = "",
      lastEventId = "";
    for (const line of text.split("\n")) {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name === "event") type = value;
      if (name === "data") data += (data && "\n") + value;
      if (name === "id") lastEventId = value;
    }
    if (data && !this.abort.signal.aborted) this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }
  close() {
    this.abort.abort();
  }
}
