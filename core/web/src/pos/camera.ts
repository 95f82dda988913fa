// A bundle of its own, loaded where a pairing code is scanned in the page.
import jsQR from "jsqr";

/** decode finds the text of a QR code in a picture. */
export const decode = ({ data, width, height }: ImageData): string | undefined =>
  jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
