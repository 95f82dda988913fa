import type { Frame } from "manytill/models/apart";
import page from "./frame.html";

// A bundle of its own, loaded where there are extensions.
export { openApart } from "manytill/models/apart";

/**
 * openFrame makes a frame of an origin of its own, in which workers run code. It rejects where the browser doesn't keep
 * it apart, and never ends where the frame doesn't start.
 */
export function openFrame(code: string): Promise<Frame> {
  const element = document.createElement("iframe"),
    { port1: port, port2 } = new MessageChannel();
  const failed = new Map<number, (message: string) => void>();
  let last = 0,
    beat: (no: string) => void;
  port.onmessage = ({ data: { id, message, pulse } }) => {
    if (pulse !== undefined) beat(String(pulse));
    else failed.get(id)?.(String(message));
  };
  element.setAttribute("sandbox", "allow-scripts");
  element.hidden = true;
  element.title = "Extensions";
  element.srcdoc = page;
  element.onload = () => {
    element.onload = null;
    element.contentWindow!.postMessage(code, "*", [port2]);
  };
  document.body.append(element);
  const close = () => {
    port.close();
    element.remove();
  };
  const frame: Frame = {
    start(to, index, wrong) {
      const id = ++last;
      failed.set(id, wrong);
      port.postMessage({ id, index }, [to]);
      return {
        end: () => {
          failed.delete(id);
          port.postMessage({ id });
        },
      };
    },
    pulse: () =>
      new Promise((resolve) => {
        beat = () => resolve();
        port.postMessage({});
      }),
    close,
  };
  return new Promise((resolve, reject) => {
    beat = (no) => {
      if (!no) return resolve(frame);
      close();
      reject(new Error(no));
    };
  });
}
