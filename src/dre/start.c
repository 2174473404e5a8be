// start: opens what the engine stands on, reads the journal and takes up every job where it was,
// and ends in order. Loop thread.
//
// no unit test: is the whole engine; test_print.py and test_kill.py in tests/it run it.

#include "dre/dre.h"
#include "dre/dre_int.h"

#include "announce/announce.h"
#include "base/clk.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "crypto/cert.h"
#include "dre/door.h"
#include "dre/door_lpd.h"
#include "dre/door_raw.h"
#include "ippd/door.h"
#include <stdio.h>
#include <stdlib.h>

enum { COUNTERS = 2, STREAMS = 2 };

static bool keeps_file(void *arg, uint64_t id)
{
    struct dre *dre = arg;
    const struct job *job = id <= UINT32_MAX ? dre_table_job_find(&dre->table, (uint32_t)id) : NULL;
    if (job != NULL && job->in_file && !dre_job_has_ended(&job->core)) {
        return true;
    }
    struct err err;
    bool is_kept = false;
    if (!dre_journal_is_kept(dre->reader, (uint32_t)id, &is_kept, &err)) {
        log_event(LOG_WARNING, "spool.not_swept", log_int("job", (int64_t)id),
                  log_text("why", err.text));
        return true; // what cannot be looked up is not destroyed
    }
    return is_kept;
}

static bool open_stores(struct dre *dre, struct err *err)
{
    const char *folder = svc_path(dre->svc, "dre");
    const char *database = svc_path(dre->svc, "dre/dre.db");
    dre->disk = net_pool_new(dre->loop, 2);
    dre->spool.pool = dre->disk;
    if (!fs_make_folder(folder, err) ||
        !dre_spool_open(&dre->spool, svc_path(dre->svc, "dre/spool"),
                        svc_path(dre->svc, "dre/spool.key"), err) ||
        !dre_journal_open(dre->loop, &dre->spool, database, &dre->journal, err) ||
        !dre_journal_load(dre->journal, &dre->table, err) ||
        !dre_journal_reader_open(database, &dre->reader, err) ||
        !dre_spool_sweep(&dre->spool, keeps_file, dre, err)) {
        return err_in(err, "the journal cannot be opened");
    }
    dre->head = *dre_journal_head_get(dre->journal);
    dre->reading = net_pool_new(dre->loop, 1);
    return true;
}

static bool open_counter(struct dre *dre, struct err *err)
{
    const struct count_options options = { .workers_max = COUNTERS, .streams_max = STREAMS };
    dre->counting = net_pool_new(dre->loop, COUNTERS);
    return count_open(&options, &dre->count, err);
}

// The readers that tell ink are started when a job first wants them, which few sites' jobs do.
struct count *dre_counter(struct dre *dre, bool measure_ink, struct err *err)
{
    const struct count_options options = { .workers_max = COUNTERS,
                                           .streams_max = COUNTERS,
                                           .coverage = true };
    if (measure_ink && dre->ink_count == NULL && !count_open(&options, &dre->ink_count, err)) {
        return NULL;
    }
    return measure_ink ? dre->ink_count : dre->count;
}

static void on_request(void *arg, struct httpio_exchange *exchange)
{
    struct dre *dre = arg;
    if (!ippd_door_take(dre->door, exchange)) {
        const struct httpio_answer answer = { .status = 404, .type = STR("text/plain") };
        httpio_exchange_answer(exchange, &answer,
                               STR("Nothing is here. Queues are at /ipp/print/NAME.\n"));
    }
}

// By the certificate that its program showed.
static enum ippd_vouch vouch(void *arg, struct httpio_exchange *exchange)
{
    const struct dre *dre = arg;
    struct crypto_identity who;
    struct err err;
    struct str shown = httpio_exchange_identity(exchange);
    if (shown.len == 0 || !crypto_identity_read(shown, &who, &err) ||
        strcmp(who.site, svc_site(dre->svc)) != 0) {
        return IPPD_VOUCH_NONE;
    }
    return strcmp(who.role, "web") == 0     ? IPPD_VOUCH_DOOR
           : strcmp(who.role, "agent") == 0 ? IPPD_VOUCH_AGENT
                                            : IPPD_VOUCH_NONE;
}

static bool open_door(struct dre *dre, struct err *err)
{
    const struct net_tls_settings printers = { .peer = NET_TLS_PEER_NONE,
                                               .tls_1_2 = true,
                                               .any_peer = true };
    const struct svc_settings *settings = svc_settings(dre->svc);
    dre_backend_init(dre);
    if (!net_tls_new(&printers, false, &dre->printer_tls, err) ||
        !svc_door_tls_asking(dre->svc, &dre->door_tls, err)) {
        return false;
    }
    const struct ippd_door_settings door = {
        .backend = &dre->backend, .tls_offered = true, .vouch = vouch, .arg = dre
    };
    const struct httpio_server_settings http = {
        .host = settings->listen,
        .port = (uint16_t)(ENGINE_IPP_PORT + settings->port_offset),
        .tls = dre->door_tls,
        .address_max = 12000, // a print server in front of us, or a test, is one address
        .on_request = on_request,
        .arg = dre,
    };
    dre->door = ippd_door_new(&door);
    return httpio_server_new(dre->loop, &http, &dre->http, err) &&
           dre_lpd_open(dre, &dre->lpd, err);
}

// What the journal does not hold of a job that waits.
static void take_up(struct dre *dre, struct job *job)
{
    if (job->expires_at == 0) { // of a journal that is older than ends
        job->expires_at = clk_wall_ms() + (int64_t)job->queue->expire_hours * 3600 * 1000;
    }
    if ((job->core.flags & JOB_FLAG_GUEST) != 0) {
        dre_release_key_make(dre, job);
        dre_table_job_mark(&dre->table, job);
    }
}

// Every job goes on from where the journal left it, or is undone.
static void resume(struct dre *dre)
{
    int64_t began = clk_mono_ms();
    uint32_t count = 0;
    struct job *next = NULL;
    for (struct job *job = dre->table.open.first; job != NULL; job = next) {
        next = job->link[TABLE_BY_AGE].next;
        take_up(dre, job);
        dre_event(dre, job, JOB_RESTARTED);
        count++;
    }
    log_event(LOG_INFO, "journal.resumed", log_int("jobs", count),
              log_int("ended_jobs", dre->table.ended.count), log_int("ms", clk_mono_ms() - began));
}

static void renewed(void *state)
{
    struct dre *dre = state;
    struct net_tls *tls = NULL;
    struct err err;
    dre_monitored_renewed(dre);
    if (!svc_door_tls_asking(dre->svc, &tls, &err)) {
        log_event(LOG_WARNING, "door.not_renewed", log_text("why", err.text));
        return;
    }
    httpio_server_set_tls(dre->http, tls);
    net_tls_free(&dre->door_tls);
    dre->door_tls = tls;
}

static bool start(struct svc *svc, void *state, struct err *err)
{
    struct dre *dre = state;
    dre->svc = svc;
    dre->loop = svc_loop(svc);
    dre->cas = svc_cas(svc);
    dre->started_at = clk_wall_ms();
    dre->held_due_at = INT64_MAX;
    dre_table_init(&dre->table);
    dre_follow_open(dre);
    if (!open_stores(dre, err) || !open_counter(dre, err) || !open_door(dre, err)) {
        return false;
    }
    svc_on_renewed(svc, renewed, dre);
    resume(dre);
    dre_raw_follow(dre);
    dre_announce_follow(dre);
    dre_monitored_start(dre);
    dre->tick = net_timer_new(dre->loop, dre_tick, dre);
    net_timer_every(dre->tick, DRE_TICK_MS);
    return true;
}

// No new documents, no new deliveries; what is under way is in the journal and is taken up again.
static void stop(struct svc *svc, void *state)
{
    struct dre *dre = state;
    dre->stopping = true;
    dre_door_close(&dre->lpd);
    dre_raw_close(dre);
    announce_free(&dre->announce);
    httpio_server_free(&dre->http);
    ippd_door_free(&dre->door);
    svc_stopped(svc);
}

static void fini(void *state)
{
    struct dre *dre = state;
    dre_monitored_free(dre);
    announce_free(&dre->announce);
    dre_door_close(&dre->lpd); // where the start failed behind it
    net_pool_free(&dre->counting);
    net_pool_free(&dre->reading);
    net_pool_free(&dre->disk);
    dre_journal_close(&dre->journal);
    dre_journal_reader_close(&dre->reader);
    dre_noting_free(dre);
    count_free(&dre->count);
    count_free(&dre->ink_count);
    void *value = NULL;
    for (size_t at = 0; map_next(&dre->table.jobs, &at, &value);) {
        dre_live_free(dre, value);
    }
    for (size_t at = 0; map_next(&dre->table.printers, &at, &value);) {
        dre_deliver_drop(dre, value);
    }
    dre_watch_free(dre);
    dre_addresses_free(&dre->addresses);
    dre_table_fini(&dre->table);
    map_free(&dre->keys);
    dre_spool_close(&dre->spool);
    net_tls_free(&dre->printer_tls);
    net_tls_free(&dre->door_tls);
}

static void count(void *state, struct svc_counts *counts)
{
    const struct dre *dre = state;
    svc_count(counts, "jobs.open", dre->table.open.count);
    svc_count(counts, "jobs.accepted", dre->counters.accepted);
    svc_count(counts, "jobs.watchers", dre_watch_count(dre));
    svc_count(counts, "jobs.expired", dre->counters.expired);
    svc_count(counts, "jobs.refused", dre->counters.refused);
    svc_count(counts, "jobs.delivered", dre->counters.delivered);
    svc_count(counts, "ledger.shortened", dre->witness.is_shortened);
    svc_count(counts, "lpd.connections", dre->lpd == NULL ? 0 : dre_door_open_count(dre->lpd));
    svc_count(counts, "lpd.refused", dre->counters.lpd_refused);
    svc_count(counts, "addresses.known", (int64_t)dre->addresses.by_hash.count);
    svc_count(counts, "addresses.refused", dre->addresses.refused);
    svc_count(counts, "raw.refused", dre->counters.raw_refused);
    svc_count(counts, "jobs.uncertain", dre->counters.uncertain);
    svc_count(counts, "documents.streamed", dre->counters.streamed);
    svc_count(counts, "readers.lost", (int64_t)count_figures_get(dre->count).lost);
}

int dre_main(int argc, char **argv)
{
    struct dre *dre = mem_new(sizeof(*dre));
    const struct svc_engine engine = {
        .engine = ENGINE_DRE,
        .methods = dre_methods,
        .method_count = dre_method_count,
        .start = start,
        .stop = stop,
        .fini = fini,
        .count = count,
        .measure = dre_measure,
        .is_ready = dre_is_ready,
        .state = dre,
    };
    int status = svc_main(&engine, argc, argv);
    status = dre->disk_failed ? DRE_EXIT_DISK : status;
    free(dre);
    return status;
}
