import { render } from "preact";
import "../ui/base.css";

function Page() {
  return <main class="container py-4"><h1>Manytill</h1></main>;
}

render(<Page />, document.getElementById("page")!);
