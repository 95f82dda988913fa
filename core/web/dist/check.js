// What a page says when its program can't run: in an old browser, or when the
// program doesn't arrive. In the JavaScript of 2009, since it must run there.
(function () {
  "use strict";
  var needed =
    "Manytill needs Chrome or Edge 109, Safari or iOS 15.4, Firefox 102, or newer. Update this browser, or use another one.";
  function say(head, text) {
    var page = document.getElementById("page");
    if (!page) {
      document.addEventListener("DOMContentLoaded", function () {
        say(head, text);
      });
      return;
    }
    if (page.firstElementChild) return; // it runs
    var main = document.createElement("main"),
      h = document.createElement("h1"),
      p = document.createElement("p"),
      b = document.createElement("button");
    main.style.cssText = "max-width:34rem;margin:12vh auto;padding:0 20px;font:17px/1.5 system-ui,sans-serif";
    b.style.cssText = "font:inherit;min-height:48px;padding:0 24px";
    h.textContent = head;
    p.textContent = text;
    b.textContent = "Try again";
    b.onclick = function () {
      location.reload();
    };
    main.appendChild(h);
    main.appendChild(p);
    main.appendChild(b);
    page.appendChild(main);
  }
  if (location.pathname.lastIndexOf("/") > 0) {
    // Said before the page's program runs, which then finds no place.
    document.addEventListener("readystatechange", function () {
      var page = document.getElementById("page");
      if (!page) return;
      say(
        "Manytill can't be below a path",
        `It needs a host name of its own, like till.example. Here a proxy serves it at ${location.host}${location.pathname}. Tell whoever set it up.`
      );
      page.id = "";
    });
    return;
  }
  function old() {
    say("This browser is too old", needed);
  }
  var has =
    "noModule" in document.createElement("script") &&
    typeof Promise === "function" &&
    typeof BigInt === "function" &&
    typeof structuredClone === "function" &&
    !![].at &&
    !!"".replaceAll &&
    !!Object.hasOwn &&
    typeof HTMLDialogElement === "function" &&
    !!(window.CSS && CSS.escape);
  if (!has) {
    old();
    return;
  }
  window.addEventListener(
    "error",
    function (e) {
      var script = e.target && e.target.tagName === "SCRIPT";
      if (script)
        say(
          "The page didn't load",
          "Its program didn't arrive: the server, or something between this device and it, answered otherwise. Check the network, then try again."
        );
      else if (e.error instanceof SyntaxError) old();
      else if (e.target === window) say("The page didn't start", `${String(e.message)}. ${needed}`);
    },
    true
  );
})();
