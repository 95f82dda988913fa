import { useEffect, useRef, useState } from "preact/hooks";

/** canScan: browsers give a page the camera over HTTPS alone. */
export const canScan = (): boolean => !!navigator.mediaDevices?.getUserMedia;

const refusals: Record<string, string> = {
  NotAllowedError: "The camera isn't allowed for this page. Allow it in the browser's settings, or paste the link.",
  NotFoundError: "This device has no camera. Paste the link instead.",
  NotReadableError: "Another app has the camera. Close it, or paste the link.",
};
/** How often a picture is looked at, in ms, and how wide it is then, in px. */
const every = 150,
  wide = 640;

/** ScanCode shows what the camera sees until a code is in it that take takes. */
export function ScanCode({ take, close }: { take: (text: string) => boolean; close: () => void }) {
  const box = useRef<HTMLVideoElement>(null),
    [wrong, setWrong] = useState("");
  useEffect(() => {
    let ended = false,
      stream: MediaStream | undefined;
    const video = box.current!,
      canvas = document.createElement("canvas");
    const run = async () => {
      const [{ decode }, seen] = await Promise.all([
        import("./camera.js"),
        navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }),
      ]);
      stream = seen;
      if (ended) return stop();
      video.srcObject = seen;
      await video.play();
      const context = canvas.getContext("2d", { willReadFrequently: true })!;
      while (!ended) {
        canvas.width = Math.min(wide, video.videoWidth);
        canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth) || 0;
        if (canvas.height) {
          context.drawImage(video, 0, 0, canvas.width, canvas.height);
          const text = decode(context.getImageData(0, 0, canvas.width, canvas.height));
          if (text && take(text)) return stop();
          if (text) setWrong("That is another code. The one of the pairing link is on the admin page.");
        }
        await new Promise((next) => setTimeout(next, every));
      }
    };
    const stop = () => stream?.getTracks().forEach((t) => t.stop());
    run().catch((e: Error) => {
      stop();
      if (!ended) setWrong(refusals[e.name] ?? `The camera doesn't work here (${e.message}). Paste the link instead.`);
    });
    return () => {
      ended = true;
      stop();
    };
  }, []);
  return (
    <div class="scancode">
      <video
        ref={box}
        hidden={!!wrong && !box.current?.videoWidth}
        playsInline
        muted
        aria-label="What the camera sees"
      />
      {wrong ? (
        <p class="start-wrong" role="alert">
          {wrong}
        </p>
      ) : (
        <p class="text-body-secondary">Hold the code of the pairing link before the camera.</p>
      )}
      <button type="button" class="btn btn-outline-secondary btn-lg w-100" onClick={close}>
        Stop
      </button>
    </div>
  );
}
