// A page that nobody sees has no frames: ms after which its turn comes all the same.
const unseen = 50;

/** atFrame runs work just before the next frame is drawn. */
export function atFrame(work: () => void): void {
  let over = false;
  const once = (): void => {
    if (over) return;
    over = true;
    clearTimeout(late);
    work();
  };
  const late = setTimeout(once, unseen);
  globalThis.requestAnimationFrame?.(once);
}
