import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import "../ui/base.css";
import { Guard, listenForFaults, Stopped } from "../ui/faults.tsx";
import "../ui/theme.ts";
import "./css/frame.css";
import "./css/parts.css";
import "./css/sections.css";
import { takePlace } from "../ui/place.ts";
import { call, info } from "./api.ts";
import { Nav, sections } from "./parts/nav.tsx";
import { Empty, Said, say } from "./parts/notice.tsx";
import { usePoll } from "./poll.ts";
import { go, route } from "./route.ts";
import { Backup } from "./sections/backup.tsx";
import { Charts } from "./sections/charts.tsx";
import { Extensions } from "./sections/extensions.tsx";
import { Find } from "./sections/find.tsx";
import { Live } from "./sections/live.tsx";
import { MultiSessions } from "./sections/multisessions.tsx";
import { AllPos } from "./sections/pos.tsx";
import { Rejections } from "./sections/rejections.tsx";
import { Shops } from "./sections/shops.tsx";
import { SignIn } from "./signin.tsx";
import { token } from "./token.ts";
import { countWaiting } from "./waiting.ts";
import { learn } from "./words/catalogue.ts";
import { loadExtensions } from "./words/schema.ts";

function Section() {
  const [name, ...rest] = route.value;
  switch (name) {
    case "pos":
      return <AllPos />;
    case "live":
      return <Live of={rest[0]} />;
    case "orders":
      return <Find of={rest[0]} order={rest[1]} />;
    case "rejections":
      return <Rejections />;
    case "extensions":
      return <Extensions />;
    case "backup":
      return <Backup />;
    case "shops":
      return <Shops />;
    case "charts":
      return <Charts />;
    default:
      return <MultiSessions of={rest[0]} />;
  }
}

function Frame() {
  const [of, setVersion] = useState("");
  usePoll(countWaiting, 15_000);
  usePoll(loadExtensions, 60_000);
  useEffect(() => {
    const asked = Date.now();
    void info().then(
      (i) => {
        setVersion(i.version);
        takePlace(i, asked);
      },
      () => undefined,
    );
    // without it, ids stand for names
    void call<Parameters<typeof learn>[0]>("GET", "/catalogue").then(learn, () => undefined);
  }, []);
  const section = sections.find((s) => s.id === route.value[0]);
  const main = useRef<HTMLElement>(null),
    where = route.value.join("/"),
    first = useRef(true);
  useLayoutEffect(() => {
    // another section: who listens to the page is taken there
    if (!first.current) {
      scrollTo(0, 0);
      main.current!.focus({ preventScroll: true });
    }
    first.current = false;
  }, [where]);
  useEffect(() => {
    if (!section) go("multi-sessions");
    else document.title = `${section.name} · Manytill admin`;
  }, [section]);
  return (
    <div class="frame">
      <Nav version={of} />
      <main ref={main} tabIndex={-1}>
        <Guard
          key={where}
          instead={(words, again) => (
            <Empty title="This section can't be shown">
              <p>{words}</p>
              <button type="button" class="btn btn-primary" onClick={again}>
                Try again
              </button>
            </Empty>
          )}
        >
          <Section />
        </Guard>
      </main>
      <Said />
    </div>
  );
}

const Page = () => (token.value ? <Frame /> : <SignIn />);

listenForFaults(say);
render(
  <Guard instead={(words) => <Stopped words={words} />}>
    <Page />
  </Guard>,
  document.getElementById("page")!,
);
