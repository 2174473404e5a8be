// quoin-cas: the core accounting server, SM-PAS-1: who may, and what does it cost? Its database is
// DIR/cas/cas.db or on PostgreSQL (docs/stores.md); DIR/cas/witness which notices a ledger that was
// shortened.

#include "base/buf.h"
#include "base/enc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "cas/copy.h"
#include "cas/serve.h"
#include "svc/metrics.h"
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
                                         .authority_key = signs ? key : NULL,
                                         .certificate = svc_path(svc, "pki/cas.crt"),
                                         .key = svc_path(svc, "pki/cas.key"),
                                         .believed = certificate,
                                         .pepper = svc_path(svc, "cas/pepper") };
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

static void measure(void *state, struct svc_metrics *metrics)
{
    struct cas_serve_counts now = cas_serve_counts(*(struct cas_serve **)state);
    svc_metrics_gauge(metrics, "quoin_ledger_entries",
                      "Entries of the ledger, as they were at most ten seconds ago.",
                      (int64_t)now.entries);
    svc_metrics_counter(metrics, "quoin_cas_requests_total", "Calls that went to the store.",
                        (int64_t)now.requests);
    svc_metrics_counter(metrics, "quoin_cas_busy_total",
                        "Calls that were refused because too many waited for the store.",
                        (int64_t)now.refused);
}

static bool is_ready(void *state, const char **word)
{
    struct cas_serve *serve = *(struct cas_serve **)state;
    bool ready = serve != NULL && !cas_serve_must_stop(serve);
    *word = ready ? "ok" : "the store has failed";
    return ready;
}

static size_t psk_find(void *state, struct str identity, uint8_t key[static 64])
{
    struct cas_serve *serve = *(struct cas_serve **)state;
    return serve == NULL ? 0 : cas_serve_psk(serve, identity, key);
}

// ---- quoin store, which runs this program for it
// -------------------------------------------------

static void store_progress(void *arg, const char *doing, int64_t rows)
{
    (void)arg;
    if (isatty(STDERR_FILENO) == 1) {
        (void)fprintf(stderr, "\r\033[K%s: %lld rows", doing, (long long)rows);
    }
}

static void store_show_json(const struct cas_copy *copy, const struct cas_copied *copied,
                            struct buf *out)
{
    OWN(buf_free) struct buf hex = BUF_CAP(256);
    struct json json = json_to(out);
    json_object(&json);
    json_bool_field(&json, "dry_run", copy->dry_run);
    json_bool_field(&json, "equal", !copy->dry_run);
    json_int_field(&json, "head", copied->head.sequence);
    enc_hex_add(&hex, copied->head.hash, sizeof(copied->head.hash));
    json_text_field(&json, "hash", buf_str(&hex).ptr);
    json_int_field(&json, "accounts", copied->sums.accounts);
    json_key(&json, "tables");
    json_array(&json);
    for (size_t i = 0; i < copied->count; i++) {
        buf_free(&hex);
        json_object(&json);
        json_text_field(&json, "name", copied->tables[i].name);
        json_int_field(&json, "rows", copied->tables[i].rows);
        enc_hex_add(&hex, copied->tables[i].digest, CRYPTO_HASH_LEN);
        json_text_field(&json, "digest", buf_str(&hex).ptr);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    buf_add(out, STR("\n"));
}

static void store_show(const struct cas_copy *copy, const struct cas_copied *copied,
                       struct buf *out)
{
    OWN(buf_free) struct buf hash = BUF_CAP(256);
    char reserved[MONEY_TEXT_MAX];
    char positive[MONEY_TEXT_MAX];
    for (size_t i = 0; i < copied->count; i++) {
        buf_addf(out, "  %-28s %10lld rows\n", copied->tables[i].name,
                 (long long)copied->tables[i].rows);
    }
    enc_hex_add(&hash, copied->head.hash, sizeof(copied->head.hash));
    buf_addf(
        out, "The ledger ends at entry %lld, %.16s...; %lld accounts have %s, %s is reserved\n",
        (long long)copied->head.sequence, buf_str(&hash).ptr, (long long)copied->sums.accounts,
        money_text(copied->sums.positive, positive), money_text(copied->sums.reserved, reserved));
    buf_addf(out, copy->dry_run
                      ? "Nothing was copied: this was a dry run; the source is good\n"
                      : "Both chains are good; rows, digests, sums and heads are equal\n");
}

static int store_fail(const struct err *err)
{
    (void)fprintf(stderr, "quoin: %s\n", err->text);
    if (err->code == ERR_INVALID) {
        return 2;
    }
    return err->code == ERR_UNAVAILABLE ? 3 : err->code == ERR_INTERNAL ? 5 : 1;
}

// --store-copy FROM TO [--dry-run] [--json]
static int store_copy(int argc, char **argv)
{
    static struct cas_copied copied;
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    struct cas_copy copy = { .from = argv[2], .to = argv[3], .progress = store_progress };
    struct err err = { 0 };
    bool as_json = false;
    for (int i = 4; i < argc; i++) {
        copy.dry_run = copy.dry_run || strcmp(argv[i], "--dry-run") == 0;
        as_json = as_json || strcmp(argv[i], "--json") == 0;
    }
    bool good = cas_copy_run(&copy, &copied, &err);
    if (isatty(STDERR_FILENO) == 1) {
        (void)fprintf(stderr, "\r\033[K");
    }
    if (!good) {
        return store_fail(&err);
    }
    if (as_json) {
        store_show_json(&copy, &copied, &out);
    } else {
        store_show(&copy, &copied, &out);
    }
    return fputs(buf_str(&out).ptr, stdout) >= 0 && fflush(stdout) == 0 ? 0 : 1;
}

// --store-prepare ADDRESS ROLE
static int store_prepare(char **argv)
{
    struct err err = { 0 };
    if (!cas_copy_prepare(argv[2], argv[3], &err)) {
        return store_fail(&err);
    }
    return printf("The tables are there; %s may read and add, and rewrite no entry\n", argv[3]) > 0
               ? 0
               : 1;
}

// --store-forget-pepper ADDRESS FILE
static int store_forget(char **argv)
{
    struct err err = { 0 };
    int64_t people = 0;
    if (!cas_pepper_forget(argv[2], argv[3], &people, &err)) {
        return store_fail(&err);
    }
    return printf("PINs and cards of %lld people were removed; %s counts from now on\n",
                  (long long)people, argv[3]) > 0
               ? 0
               : 1;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "--store-copy") == 0) {
        db_allow_postgres();
        return store_copy(argc, argv);
    }
    if (argc == 4 && strcmp(argv[1], "--store-prepare") == 0) {
        db_allow_postgres();
        return store_prepare(argv);
    }
    if (argc == 4 && strcmp(argv[1], "--store-forget-pepper") == 0) {
        db_allow_postgres();
        return store_forget(argv);
    }
    struct cas_serve *serve = NULL;
    size_t method_count;
    const struct wire_method *methods = cas_serve_methods(&method_count);
    const struct svc_engine engine = { .engine = ENGINE_CAS,
                                       .methods = methods,
                                       .method_count = method_count,
                                       .start = start,
                                       .fini = fini,
                                       .count = count,
                                       .measure = measure,
                                       .is_ready = is_ready,
                                       .psk_find = psk_find,
                                       .state = &serve };
    int status = svc_main(&engine, argc, argv);
    return is_broken ? QUOIN_CAS_BROKEN : status;
}
