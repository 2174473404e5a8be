// The address is the state: each screen and each filter has an address of its own.
import { signal } from "@preact/signals";

export const here = signal(new URL(location.href));

export function go(to: string, replace = false): void {
  const url = new URL(to, here.value);
  history[replace ? "replaceState" : "pushState"](null, "", url);
  here.value = url;
  if (!replace) {
    document.getElementById("main")?.focus();
    window.scrollTo(0, 0);
  }
}

/** The address with one filter set or, with "", taken away; a new filter begins at the first page. */
export function withFilter(name: string, value: string): string {
  const url = new URL(here.value);
  url.searchParams.delete("after");
  if (value === "") {
    url.searchParams.delete(name);
  } else {
    url.searchParams.set(name, value);
  }
  return url.pathname + url.search;
}

export const filter = (name: string): string => here.value.searchParams.get(name) ?? "";

/** Of the address what that list takes, as the query of a request. */
export function query(...names: string[]): string {
  const said = new URLSearchParams(names.filter((name) => filter(name) !== "").map((name) => [name, filter(name)])).toString();
  return said === "" ? "" : `?${said}`;
}

/** The parts of "/admin/jobs/host/17" behind "/admin". */
export const parts = (): string[] => here.value.pathname.split("/").slice(2).filter(Boolean).map(decodeURIComponent);

export function begin(): void {
  window.addEventListener("popstate", () => { here.value = new URL(location.href); });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link !== null && link !== undefined && plain && link.origin === location.origin && link.pathname.startsWith("/admin") && !link.hasAttribute("download")) {
      event.preventDefault();
      go(link.href);
    }
  });
}
