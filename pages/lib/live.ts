// Live changes: one stream of server-sent events; tells when it is lost and found again.
import { signal } from "@preact/signals";

export const online = signal(true);

const AGAIN_MS = 2000;

/** Calls `heard` for each event, and with "back" when the stream is found again after it was lost; gives what ends it. */
export function listen(path: string, heard: (what: string, data: unknown) => void, kinds: string[]): () => void {
  let stream: EventSource;
  let timer = 0;
  let lost = false;
  const open = (): void => {
    stream = new EventSource(`/api/v1${path}`);
    stream.onopen = () => {
      online.value = true;
      if (lost) {
        lost = false;
        heard("back", null);
      }
    };
    stream.onerror = () => {
      online.value = false;
      lost = true;
      if (stream.readyState === EventSource.CLOSED) { // a server that is only starting refused it: no browser asks again
        timer = window.setTimeout(open, AGAIN_MS);
      }
    };
    for (const kind of kinds) {
      stream.addEventListener(kind, (event) => heard(kind, JSON.parse((event as MessageEvent<string>).data)));
    }
  };
  open();
  return () => { clearTimeout(timer); stream.close(); };
}
