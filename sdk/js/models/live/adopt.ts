import type { Any } from "../types";

/**
 * adopt makes an instance hold what a fresh one of the same record holds. What only the instance holds may be of the
 * screen: it goes only if the two still aren't alike.
 */
export function adopt(instance: Any, fresh: Any, alike: () => boolean): void {
  for (const key of Object.keys(fresh)) instance[key] = fresh[key];
  Object.assign(instance.attributes, fresh.attributes);
  if (alike()) return;
  for (const key of Object.keys(instance)) if (!Object.hasOwn(fresh, key)) delete instance[key];
  for (const key of Object.keys(instance.attributes))
    if (!Object.hasOwn(fresh.attributes, key)) delete instance.attributes[key];
}
