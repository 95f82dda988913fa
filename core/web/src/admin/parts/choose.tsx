import type { AdminMultiSession } from "manytill";

interface Props {
  all: AdminMultiSession[];
  chosen: string;
  choose: (id: string) => void;
}

/** Choose picks the multi-session that a section is about. */
export function Choose({ all, chosen, choose }: Props) {
  return (
    <div class="choose">
      <label class="form-label mb-0" for="multi-session">
        Multi-session
      </label>
      <select id="multi-session" class="form-select" value={chosen} onChange={(e) => choose(e.currentTarget.value)}>
        {all.map((m) => (
          <option key={m.id} value={m.id}>
            {m.name}
            {m.active ? "" : " (not active)"}
          </option>
        ))}
      </select>
    </div>
  );
}
