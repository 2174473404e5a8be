// following: asks the accounting server every second for people's own addresses (addresses.h), and
// keeps the file of those that are known. Loop thread; the file is written by the disk's.
//
// no unit test: needs an accounting server; tests/it/test_addresses.py prints by them.

#include "dre/calls_int.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include <stdlib.h>

enum { FOLLOW_EVERY_MS = 1000, FOLLOW_AGAIN_MS = 2000, FILE_MAX = 64 << 20, FILE_MODE = 0600 };

struct writing {
    struct dre *dre; // borrowed
    struct buf file;
    const char *path; // borrowed
    bool ok;
    struct err err;
};

static void on_write(void *arg)
{
    struct writing *writing = arg;
    writing->ok = fs_replace(writing->path, buf_str(&writing->file), FILE_MODE, &writing->err);
}

static void on_written(void *arg)
{
    struct writing *writing = arg;
    writing->dre->follow.is_writing = false;
    if (!writing->ok) {
        log_event(LOG_WARNING, "addresses.not_kept", log_text("why", writing->err.text));
        writing->dre->addresses.is_changed = true;
        writing->dre->follow.write_at = clk_mono_ms() + (int64_t)10 * FOLLOW_EVERY_MS;
    }
    buf_free(&writing->file);
    free(writing);
}

static void keep(struct dre *dre)
{
    if (!dre->addresses.is_changed || dre->addresses.is_loading || dre->follow.is_writing ||
        clk_mono_ms() < dre->follow.write_at) {
        return;
    }
    struct writing *writing = mem_new(sizeof(*writing));
    *writing = (struct writing){ .dre = dre,
                                 .file = BUF_CAP(FILE_MAX),
                                 .path = svc_path(dre->svc, "dre/addresses") };
    dre_addresses_write(&dre->addresses, &writing->file);
    dre->addresses.is_changed = false;
    dre->follow.is_writing = net_pool_run(dre->disk, on_write, on_written, writing);
    if (!dre->follow.is_writing) {
        dre->addresses.is_changed = true;
        buf_free(&writing->file);
        free(writing);
    }
}

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct dre *dre = arg;
    int64_t now = clk_mono_ms();
    dre->follow.is_asking = false;
    if (answer->reply == NULL) {
        dre->addresses.uses_told = 0;
        dre->follow.was_there = false;
        dre->follow.due_at = now + FOLLOW_AGAIN_MS;
        return;
    }
    bool more =
        dre_addresses_take(&dre->addresses, (const Quoin__V1__FollowAddressesReply *)answer->reply);
    dre->follow.due_at = more ? now : now + FOLLOW_EVERY_MS;
    keep(dre);
}

void dre_follow_tick(struct dre *dre)
{
    Quoin__V1__FollowAddressesRequest request = QUOIN__V1__FOLLOW_ADDRESSES_REQUEST__INIT;
    Quoin__V1__AddressUse uses[ADDRESSES_USES];
    Quoin__V1__AddressUse *list[ADDRESSES_USES];
    int64_t now = clk_mono_ms();
    if (dre->follow.is_asking || now < dre->follow.due_at) {
        return;
    }
    if (!dre->follow.was_there) { // perhaps it is back with another database
        dre_addresses_restart(&dre->addresses);
        dre->follow.was_there = true;
    }
    dre_addresses_ask(&dre->addresses, &request, uses, list);
    dre->follow.is_asking = true;
    (void)wire_ask(dre->cas, "/quoin.v1.Credentials/FollowAddresses", &request.base, 0, on_answer,
                   dre); // not cancelled: the client ends before the engine
}

void dre_follow_open(struct dre *dre)
{
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    struct err err;
    dre_addresses_init(&dre->addresses);
    if (!fs_read(svc_path(dre->svc, "dre/addresses"), &file, &err)) {
        if (err.code != ERR_NOT_FOUND) {
            log_event(LOG_WARNING, "addresses.not_read", log_text("why", err.text));
        }
    } else if (!dre_addresses_read(&dre->addresses, buf_str(&file), &err)) {
        log_event(LOG_WARNING, "addresses.not_read", log_text("why", err.text));
    }
}
