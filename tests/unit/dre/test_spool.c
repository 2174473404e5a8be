// Documents small and large come in and are read back; what is on disk is not readable; a broken
// file does not open; what was not accepted leaves nothing.

#include "dre/spool.h"

#include "base/fs.h"
#include "base/mem.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct world {
    struct net_loop *loop;
    struct spool spool;
    struct spool_document *document;
    struct spool_intake *intake;
    bool failed;
    bool ended;
    int rooms;
    size_t left; // bytes still to be written
    size_t done;
};

static char *folder;

static char byte_at(size_t at)
{
    return (char)(at * 31 + at / 251);
}

static void write_on(struct world *world)
{
    char piece[8192];
    while (world->left > 0) {
        size_t take = world->left < sizeof(piece) ? world->left : sizeof(piece);
        for (size_t at = 0; at < take; at++) {
            piece[at] = byte_at(world->done + at);
        }
        world->left -= take;
        world->done += take;
        if (!dre_spool_intake_write(world->intake, (struct str){ piece, take })) {
            return;
        }
    }
    dre_spool_intake_end(world->intake);
}

static void on_room(void *arg)
{
    struct world *world = arg;
    world->rooms++;
    write_on(world);
}

static void on_end(void *arg, struct spool_document *document, const struct err *err)
{
    struct world *world = arg;
    world->document = document;
    world->failed = document == NULL && err->code != ERR_NONE;
    world->ended = true;
    net_loop_stop(world->loop);
}

static const struct spool_intake_events events = { on_room, on_end };

static void begin(void *arg)
{
    struct world *world = arg;
    world->intake = dre_spool_intake_new(&world->spool, 7, &events, world);
    write_on(world);
}

static void open_world(struct world *world)
{
    static char spool[4200];
    static char key[4200];
    struct err err;
    (void)snprintf(spool, sizeof(spool), "%s/spool", folder);
    (void)snprintf(key, sizeof(key), "%s/spool.key", folder);
    *world = (struct world){ .loop = net_loop_new() };
    CHECK(dre_spool_open(&world->spool, spool, key, &err));
    world->spool.pool = net_pool_new(world->loop, 1);
}

static void close_world(struct world *world)
{
    dre_spool_document_drop(&world->document);
    net_pool_free(&world->spool.pool);
    dre_spool_close(&world->spool);
    net_loop_free(&world->loop);
}

static bool reads_back(struct world *world, struct spool_document *document, size_t len)
{
    struct spool_reader reader;
    struct err err;
    if (!dre_spool_reader_open(&world->spool, document, &reader, &err)) {
        return false;
    }
    size_t at = 0;
    bool good = true;
    while (good && at < len) {
        OWN(buf_free) struct buf piece = BUF_CAP(SPOOL_BLOCK);
        good = dre_spool_reader_next(&reader, &piece, &err) && piece.len > 0;
        for (size_t byte = 0; good && byte < piece.len; byte++) {
            good = piece.ptr[byte] == byte_at(at + byte);
        }
        at += piece.len;
    }
    dre_spool_reader_close(&reader);
    return good && at == len;
}

static void round_trip(size_t len)
{
    struct world world;
    open_world(&world);
    world.left = len;
    net_loop_post(world.loop, begin, &world);
    net_loop_run(world.loop);
    CHECK(world.ended && !world.failed && world.document->len == len);
    CHECK(world.document->in_file == (len > SPOOL_SMALL_MAX));
    CHECK(reads_back(&world, world.document, len));

    uint8_t wrapped[CRYPTO_WRAP_LEN];
    struct err err;
    OWN(buf_free) struct buf sealed = BUF_CAP(SPOOL_SMALL_MAX * 2);
    dre_spool_wrap(&world.spool, world.document, wrapped);
    if (!world.document->in_file) {
        CHECK(crypto_seal_all(&world.document->key, 7, buf_str(&world.document->bytes), &sealed,
                              &err));
    }
    struct spool_document *again = NULL;
    struct str key = { (const char *)wrapped, sizeof(wrapped) };
    CHECK(dre_spool_restore(&world.spool, 7, key, buf_str(&sealed), world.document->in_file, len,
                            &again, &err));
    CHECK(again != NULL && reads_back(&world, again, len));
    dre_spool_document_drop(&again);
    wrapped[30] ^= 1;
    CHECK(!dre_spool_restore(&world.spool, 7, key, buf_str(&sealed), world.document->in_file, len,
                             &again, &err));
    close_world(&world);
}

static void test_a_changed_or_cut_file_does_not_open(void)
{
    struct world world;
    open_world(&world);
    world.left = 1 << 20;
    net_loop_post(world.loop, begin, &world);
    net_loop_run(world.loop);
    CHECK(reads_back(&world, world.document, 1 << 20));
    char name[4300];
    (void)snprintf(name, sizeof(name), "%s/7", world.spool.folder);
    OWN(buf_free) struct buf raw = BUF_CAP(2 << 20);
    struct err err;
    CHECK(fs_read(name, &raw, &err));
    char plain[64];
    for (size_t at = 0; at < sizeof(plain); at++) {
        plain[at] = byte_at(at);
    }
    CHECK(memmem(raw.ptr, raw.len, plain, sizeof(plain)) == NULL);
    raw.ptr[500000] ^= 1;
    CHECK(fs_replace(name, buf_str(&raw), 0600, &err));
    CHECK(!reads_back(&world, world.document, 1 << 20));
    raw.ptr[500000] ^= 1;
    CHECK(fs_replace(name, (struct str){ raw.ptr, raw.len - 10 }, 0600, &err));
    CHECK(!reads_back(&world, world.document, 1 << 20));
    close_world(&world);
}

static void aborts(void *arg)
{
    struct world *world = arg;
    world->intake = dre_spool_intake_new(&world->spool, 9, &events, world);
    char *large = mem_new(600000);
    (void)dre_spool_intake_write(world->intake, (struct str){ large, 600000 });
    free(large);
    dre_spool_intake_abort(world->intake);
    net_loop_stop(world->loop);
}

static bool keeps_none(void *arg, uint64_t job)
{
    (void)arg; // none is kept
    return job == 12345;
}

static void test_what_breaks_off_leaves_no_file_and_no_event(void)
{
    struct world world;
    open_world(&world);
    net_loop_post(world.loop, aborts, &world);
    net_loop_run(world.loop);
    net_pool_free(&world.spool.pool); // the worker ends first
    CHECK(!world.ended);
    struct err err;
    CHECK(dre_spool_sweep(&world.spool, keeps_none, NULL, &err));
    char name[4300];
    (void)snprintf(name, sizeof(name), "%s/9", world.spool.folder);
    CHECK(access(name, F_OK) != 0);
    (void)snprintf(name, sizeof(name), "%s/7", world.spool.folder);
    CHECK(access(name, F_OK) != 0);
    close_world(&world);
}

static void test_a_spoiled_spool_key_stops_the_start(void)
{
    char spool[4200];
    char key[4200];
    struct err err;
    (void)snprintf(spool, sizeof(spool), "%s/spool", folder);
    (void)snprintf(key, sizeof(key), "%s/bad.key", folder);
    CHECK(fs_replace(key, STR("abc\n"), 0600, &err));
    struct spool opened = { 0 };
    CHECK(!dre_spool_open(&opened, spool, key, &err) && err.code == ERR_INVALID);
}

int main(void)
{
    char made[] = "/tmp/quoin-spool-XXXXXX";
    folder = mkdtemp(made);
    static const size_t lens[] = {
        1, 65536, SPOOL_SMALL_MAX, SPOOL_SMALL_MAX + 1, SPOOL_BLOCK * 2, (SPOOL_BLOCK * 3) + 5
    };
    for (size_t at = 0; at < sizeof(lens) / sizeof(lens[0]); at++) {
        round_trip(lens[at]);
    }
    test_a_changed_or_cut_file_does_not_open();
    test_what_breaks_off_leaves_no_file_and_no_event();
    test_a_spoiled_spool_key_stops_the_start();
    return tap_done();
}
