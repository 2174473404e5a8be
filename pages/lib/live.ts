// Live changes: one stream of server-sent events; tells when it is lost and found again.
import { signal } from "@preact/signals";

export const online = signal(true);

/** Calls `heard` for each event; gives what ends it. */
export function listen(path: string, heard: (what: string, data: unknown) => void, kinds: string[]): () => void {
  const stream = new EventSource(`/api/v1${path}`);
  stream.onopen = () => { online.value = true; };
  stream.onerror = () => { online.value = false; };
  for (const kind of kinds) {
    stream.addEventListener(kind, (event) => heard(kind, JSON.parse((event as MessageEvent<string>).data)));
  }
  return () => stream.close();
}
