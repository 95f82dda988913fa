import type { Effect, MachineConfig, Told } from "./contract";

/** Step is what all parts share: when it is, and what was asked for so far. */
export class Step {
  now = 0;
  out: Effect[] = [];
  constructor(readonly config: MachineConfig) {}

  emit(effect: Effect): void {
    this.out.push(effect);
  }
  notify<T extends Told["is"]>(is: T, what: (Told & { is: T })["what"]): void {
    this.emit({ is: "notify", event: { is, what } as Told });
  }
}
