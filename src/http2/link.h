// http2/link: an HTTP/2 session on a net stream: what comes is fed, what is to go is written with
// as few writes as possible, and a silent peer is pinged, then given up.
//
// All on the loop thread. The link owns the stream and the session; on_lost is the last callback,
// after it the link only waits for http2_link_free.
#pragma once

#include "http2/session.h"
#include "net/net.h"

struct http2_link;

enum {
    HTTP2_PING_MS = 20000,      // of silence, then we ask
    HTTP2_PONG_MS = 20000,      // to say anything at all
    HTTP2_PENDING_MAX = 1 << 18 // bytes that wait in the stream before we hold back
};

// events of the session; on_lost runs once, never from inside http2_link_new, after the on_close of
// every stream; err->code ERR_NONE: it ended in good order.
struct http2_link *http2_link_new(struct net_loop *loop, struct net_stream *stream, bool server,
                                  const struct http2_events *events,
                                  void (*on_lost)(void *arg, const struct err *err), void *arg);
void http2_link_free(struct http2_link **link);            // at once; on_lost does not run any more
struct http2 *http2_link_session(struct http2_link *link); // NULL once lost
// To be called after what was sent on the session outside its callbacks. What goes out in one turn
// of the loop is one write: net gathers it.
void http2_link_flush(struct http2_link *link);
void http2_link_drain(struct http2_link *link); // GOAWAY, finishes what is open, closes
