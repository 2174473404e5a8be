// look_pjl: what a printer on a raw port (9100) says of itself by PJL: its status and its count of
// pages. Only where that is all there is, where an administrator says that it speaks PJL (what does
// not would print the question), and never while a job of ours goes there: such printers have one
// line for all. Loop thread.
//
// no unit test: needs a printer; tests/it/test_looks.py has a scripted one.

#include "dme/look.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"
#include "ippc/uri.h"

#include <stdio.h>
#include <stdlib.h>

enum { CONNECT_MS = 2000, WHOLE_MS = 3000, IDLE_MS = 1500, ANSWER_MAX = 16 << 10, ANSWERS = 3 };

struct dme_pjl {
    struct dme_look *look; // NULL: nobody wants to know any more
    struct net_stream *stream;
    struct buf answer;
    int64_t began_ms;
    int64_t answered_ms; // -1: nothing came
    bool yields;         // a job goes there
};

static void on_open(void *arg, struct net_stream *stream)
{
    (void)arg; // the stream is all there is to do
    net_stream_write(stream, str_of(device_pjl_ask));
    net_stream_idle(stream, IDLE_MS);
}

// Each answer ends in a form feed.
static bool is_whole(const struct buf *answer)
{
    struct str told = buf_str(answer);
    unsigned ends = 0;
    for (size_t at = 0; at < told.len; at++) {
        ends += told.ptr[at] == '\f';
    }
    return ends >= ANSWERS;
}

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct dme_pjl *pjl = arg;
    int64_t took = clk_mono_ms() - pjl->began_ms;
    buf_add(&pjl->answer, bytes);
    pjl->answered_ms = pjl->answered_ms < 0 ? took : pjl->answered_ms;
    if (!buf_ok(&pjl->answer) || is_whole(&pjl->answer) || took > WHOLE_MS) {
        net_stream_close(stream);
    }
}

// That it prints is known without asking.
static void tell_printing(struct dme_look *look)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(LOOK_BYTES);
    struct device_sight sight;
    device_sight_pjl(STR("@PJL INFO STATUS\nCODE=10023\n"), clk_wall_ms(), &arena, &sight);
    dme_look_told(look, &sight, 0);
}

static void on_close(void *arg, const struct err *err)
{
    struct dme_pjl *pjl = arg;
    struct dme_look *look = pjl->look;
    OWN(arena_free) struct arena arena = ARENA_CAP(LOOK_BYTES);
    if (look != NULL) {
        look->pjl = NULL;
        if (pjl->yields) {
            tell_printing(look);
        } else if (pjl->answered_ms < 0 || !buf_ok(&pjl->answer)) {
            dme_look_trouble(look, DEVICE_BY_PJL,
                             pjl->answered_ms >= 0      ? "its answer to PJL has no end"
                             : err->code == ERR_NONE    ? "it answers no PJL"
                             : err->code == ERR_TIMEOUT ? "it does not answer"
                                                        : err->text);
        } else {
            struct device_sight sight;
            device_sight_pjl(buf_str(&pjl->answer), clk_wall_ms(), &arena, &sight);
            if (sight.trouble.len > 0) {
                dme_look_trouble(look, DEVICE_BY_PJL, "it answers no PJL");
            } else {
                dme_look_told(look, &sight, pjl->answered_ms);
            }
        }
        dme_look_part_done(look);
    }
    buf_free(&pjl->answer);
    free(pjl);
}

void dme_look_pjl_cancel(struct dme_pjl **pjl)
{
    struct err err;
    if (*pjl != NULL) {
        (*pjl)->look = NULL;
        err_fill(&err, ERR_UNAVAILABLE, "it is not wanted any more");
        net_stream_abort((*pjl)->stream, &err);
        *pjl = NULL;
    }
}

void dme_look_pjl_yield(struct watched *watched)
{
    struct dme_pjl *pjl = watched->look == NULL ? NULL : watched->look->pjl;
    if (pjl != NULL && !pjl->yields) {
        pjl->yields = true;
        net_stream_close(pjl->stream);
    }
}

// --- whether it is asked ------------------------------------------------------------------------

// Where it takes raw jobs: what its address says of it, else the usual port of its host.
static bool raw_place(const struct watched *watched, struct ippc_uri *at)
{
    const char *address = watched->monitor == NULL ? "" : watched->monitor->address;
    const char *uri = address[0] != '\0' ? address : watched->uri;
    struct err unheard;
    if (uri != NULL && ippc_uri_read(str_of(uri), at, &unheard) && at->way == IPPC_RAW) {
        return true;
    }
    *at = (struct ippc_uri){ .way = IPPC_RAW, .to.port = 9100 };
    return dme_look_host(watched, at->to.host, sizeof(at->to.host));
}

static bool is_wanted(const struct watched *watched, const struct ippc_uri *at)
{
    bool is_told = watched->monitor != NULL && watched->monitor->n_sources > 0;
    return is_told ? dme_look_wants(watched, "pjl")
                   : watched->uri != NULL && at->pjl && dme_snmp_is_silent(watched);
}

static bool is_printing(const struct watched *watched)
{
    const struct dme *dme = watched->dme;
    for (size_t at = 0; at < dme->engine_count; at++) {
        const struct dme_printer *printer =
            map_find(&dme->engines[at]->printers, str_of(watched->name));
        if (printer != NULL && strcmp(printer->state, "processing") == 0) {
            return true;
        }
    }
    return false;
}

void dme_look_pjl(struct dme_look *look)
{
    static const struct net_stream_events events = { .on_open = on_open,
                                                     .on_read = on_read,
                                                     .on_close = on_close };
    struct watched *watched = look->watched;
    struct ippc_uri at;
    if (!raw_place(watched, &at) || !is_wanted(watched, &at)) {
        return;
    }
    if (is_printing(watched)) {
        tell_printing(look);
        return;
    }
    struct dme_pjl *pjl = mem_new(sizeof(*pjl));
    pjl->look = look;
    pjl->answer = BUF_CAP(ANSWER_MAX);
    pjl->began_ms = clk_mono_ms();
    pjl->answered_ms = -1;
    look->open++;
    look->pjl = pjl;
    pjl->stream = net_connect(watched->dme->loop, &at.to, NULL, NULL, CONNECT_MS, &events, pjl);
}
