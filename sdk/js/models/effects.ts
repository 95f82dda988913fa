import type { Host } from "./host";
import { type Any, hidden } from "./types";

/** withEffects gives orders `this.effect`, and a base for `effect_result`, where a manifest describes effects. */
export function withEffects(host: Host): void {
  const { effect } = host.env;
  if (!effect) {
    return;
  }
  const { prototype } = host.base.Order;
  hidden(prototype, "effect", (name: Any, key: Any, data: Any): void => effect(name, key, data));
  hidden(prototype, "effect_result", (): void => undefined);
}
