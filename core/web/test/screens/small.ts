import UPNG from "upng-js";

/** small is a PNG of 200 colours. */
export function small(png: Buffer): Buffer {
  const image = UPNG.decode(png);
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, 200));
}
