// quoin-cas: the core accounting server, SM-PAS-1: who may, and what does it cost? Its database is
// DIR/cas/cas.db or on PostgreSQL (docs/stores.md); DIR/cas/witness which notices a ledger that was
// shortened.

#include "base/buf.h"
#include "base/fs.h"
#include "base/log.h"
#include "cas/serve.h"
#include "svc/svc.h"
#include <stdio.h>
#include <unistd.h>

enum { QUOIN_CAS_PATH_MAX = 4096, QUOIN_CAS_BROKEN = 3 };

static bool is_broken; // the disk failed; the exit status says so

// What the disk holds is not known any more; the supervisor starts us anew, and the start checks
// it.
static void on_broken(void *arg)
{
    net_loop_stop(arg);
}

static void log_start_of(struct cas *cas)
{
    const struct db_start *start = db_start_of(cas_db(cas));
    if (start->was_unclean) {
        log_event(start->log_missing ? LOG_ERROR : LOG_WARNING, "cas.unclean-stop",
                  log_int("check_ms", start->check_ms), log_int("log_missing", start->log_missing));
    }
}

// --store, or what "quoin up --store" left in DIR/cas/store, or the file DIR/cas/cas.db.
static bool find_store(struct svc *svc, struct buf *dsn, struct err *err)
{
    OWN(buf_free) struct buf kept = BUF_CAP(QUOIN_CAS_PATH_MAX);
    const char *path = svc_path(svc, "cas/store");
    const char *asked = svc_settings(svc)->store;
    if (asked == NULL && access(path, F_OK) == 0) {
        if (!fs_read(path, &kept, err)) {
            return false;
        }
        asked = kept.len > 0 ? kept.ptr : "";
    }
    size_t len = asked == NULL ? 0 : strcspn(asked, "\r\n");
    if (len == 0 || (len == 7 && strncmp(asked, "sqlite:", 7) == 0)) {
        buf_addf(dsn, "sqlite:%s", svc_path(svc, "cas/cas.db"));
    } else {
        buf_add(dsn, (struct str){ asked, len });
    }
    return buf_ok(dsn) || err_set(err, ERR_INVALID, "the store's address is too long");
}

static bool start(struct svc *svc, void *state, struct err *err)
{
    struct cas_serve **serve = state;
    struct cas *cas = NULL;
    OWN(buf_free) struct buf dsn = BUF_CAP(QUOIN_CAS_PATH_MAX);
    const char *certificate = svc_path(svc, "pki/ca.crt");
    const char *key = svc_path(svc, "pki/ca.key");
    bool signs = access(key, R_OK) == 0;
    db_allow_postgres();
    if (!find_store(svc, &dsn, err)) {
        return false;
    }
    const struct cas_options options = { .dsn = dsn.ptr,
                                         .witness = svc_path(svc, "cas/witness"),
                                         .authority_certificate = signs ? certificate : NULL,
                                         .authority_key = signs ? key : NULL };
    if (!fs_make_folder(svc_path(svc, "cas"), err) || !cas_open(&cas, &options, err)) {
        return false;
    }
    log_start_of(cas);
    if (!signs) {
        log_event(LOG_WARNING, "cas.no-authority", log_text("file", key));
    }
    *serve = cas_serve_new(svc_loop(svc), cas);
    cas_serve_on(*serve, svc_server(svc));
    cas_serve_on_broken(*serve, on_broken, svc_loop(svc));
    return true;
}

static void fini(void *state)
{
    struct cas_serve **serve = state;
    is_broken = *serve != NULL && cas_serve_must_stop(*serve);
    cas_serve_free(serve);
}

static void count(void *state, struct svc_counts *counts)
{
    struct cas_serve_counts now = cas_serve_counts(*(struct cas_serve **)state);
    svc_count(counts, "requests", (int64_t)now.requests);
    svc_count(counts, "refused-busy", (int64_t)now.refused);
}

static size_t psk_find(void *state, struct str identity, uint8_t key[static 64])
{
    struct cas_serve *serve = *(struct cas_serve **)state;
    return serve == NULL ? 0 : cas_serve_psk(serve, identity, key);
}

int main(int argc, char **argv)
{
    struct cas_serve *serve = NULL;
    size_t method_count;
    const struct wire_method *methods = cas_serve_methods(&method_count);
    const struct svc_engine engine = { .engine = ENGINE_CAS,
                                       .methods = methods,
                                       .method_count = method_count,
                                       .start = start,
                                       .fini = fini,
                                       .count = count,
                                       .psk_find = psk_find,
                                       .state = &serve };
    int status = svc_main(&engine, argc, argv);
    return is_broken ? QUOIN_CAS_BROKEN : status;
}
