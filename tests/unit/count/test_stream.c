// Documents that arrive: the answer is that of the whole file, and a stream never holds a worker
// that it does not use.
#include "count/count.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_LEN = 1024, HEADER = 1796, WIDTH = 128, HEIGHT = 2000, FILE_MAX = 64 << 20 };

static char program[PATH_LEN];

static void put(char *header, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        header[at + (size_t)i] = (char)(value >> (24 - 8 * i));
    }
}

// A grey page of about 260 KB, more than the pipe of a careless kernel holds.
static void add_page(struct buf *file)
{
    char header[HEADER] = "PwgRaster";
    char row[2 + WIDTH] = "\0\x81";
    put(header, 276, 300);
    put(header, 280, 300);
    put(header, 340, 1);
    put(header, 372, WIDTH);
    put(header, 376, HEIGHT);
    put(header, 384, 8);
    put(header, 388, 8);
    put(header, 392, WIDTH);
    put(header, 400, 18);
    buf_add(file, (struct str){ header, sizeof(header) });
    for (int i = 0; i < HEIGHT; i++) {
        row[2] = (char)i;
        buf_add(file, (struct str){ row, sizeof(row) });
    }
}

static struct buf pages(uint32_t count)
{
    struct buf file = BUF_CAP(FILE_MAX);
    buf_add(&file, STR("RaS2"));
    for (uint32_t i = 0; i < count; i++) {
        add_page(&file);
    }
    return file;
}

static struct count *open_with(uint32_t streams)
{
    struct err err;
    struct count *count = NULL;
    const struct count_options options = {
        .program = program, .workers_max = 1, .streams_max = streams, .may_be_weak = true
    };
    bool ok = count_open(&options, &count, &err);
    tap_result(ok, ok ? "open" : err.text, __FILE__, __LINE__);
    return count;
}

static bool write_in_pieces(struct count_stream *stream, struct str bytes, size_t piece)
{
    bool goes_on = true;
    for (size_t at = 0; at < bytes.len && goes_on; at += piece) {
        size_t take = bytes.len - at < piece ? bytes.len - at : piece;
        goes_on = count_stream_write(stream, (struct str){ bytes.ptr + at, take });
    }
    return goes_on;
}

static void test_what_is_streamed_is_what_is_counted(void)
{
    OWN(count_free) struct count *count = open_with(1);
    OWN(buf_free) struct buf file = pages(20);
    static const size_t pieces[] = { 1 << 20, 65536, 4099 };
    for (size_t i = 0; i < 3; i++) {
        OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
        struct count_stream *stream = count_stream_open(count, NULL);
        CHECK(stream != NULL && write_in_pieces(stream, buf_str(&file), pieces[i]));
        CHECK(count_stream_finish(&stream, &facts) == COUNT_STREAM_TOLD && stream == NULL);
        CHECK(facts != NULL && count_facts_totals(facts).pages == 20);
        CHECK(facts != NULL && facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_EXACT);
    }
    CHECK(count_figures_get(count).lost == 0);
}

static void test_a_language_that_must_be_whole_ends_the_stream_early(void)
{
    OWN(count_free) struct count *count = open_with(1);
    OWN(buf_free) struct buf file = BUF_CAP(FILE_MAX);
    buf_addf(&file, "%%PDF-1.4\n");
    for (int i = 0; i < 400000; i++) {
        buf_addf(&file, "%% nothing\n");
    }
    Quoin__V1__DocumentFacts *facts = NULL;
    struct count_stream *stream = count_stream_open(count, "application/pdf");
    CHECK(!write_in_pieces(stream, buf_str(&file), 65536));
    CHECK(!count_stream_write(stream, STR("more")));
    struct count_stream *other = count_stream_open(count, NULL); // the worker is free again
    CHECK(other != NULL);
    count_stream_drop(&other);
    CHECK(count_stream_finish(&stream, &facts) == COUNT_STREAM_WHOLE && facts == NULL);
}

static void test_streams_leave_the_ordinary_workers_alone(void)
{
    OWN(count_free) struct count *count = open_with(2);
    OWN(buf_free) struct buf file = pages(2);
    struct count_stream *first = count_stream_open(count, NULL);
    struct count_stream *second = count_stream_open(count, NULL);
    CHECK(first != NULL && second != NULL && count_stream_open(count, NULL) == NULL);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *late = NULL;
    struct err err;
    CHECK(count_bytes(count, buf_str(&file), NULL, &facts, &err) && facts->n_pages == 1);
    // One is dropped in the middle of a page; its worker serves another at once.
    CHECK(write_in_pieces(first, (struct str){ file.ptr, file.len - 1000 }, 65536));
    count_stream_drop(&first);
    CHECK(first == NULL);
    struct count_stream *third = count_stream_open(count, NULL);
    CHECK(third != NULL && write_in_pieces(third, buf_str(&file), 65536));
    CHECK(count_stream_finish(&third, &late) == COUNT_STREAM_TOLD);
    CHECK(late != NULL && count_facts_totals(late).pages == 2);
    count_stream_drop(&second);
    count_stream_drop(&second); // nothing is dropped twice
    CHECK(count_figures_get(count).lost == 0);
}

// A stream that nobody writes to is taken its worker away when another wants one, not before.
static void test_silence_gives_the_worker_up(void)
{
    OWN(count_free) struct count *count = open_with(1);
    OWN(buf_free) struct buf file = pages(1);
    struct count_stream *idle = count_stream_open(count, NULL);
    CHECK(idle != NULL && count_stream_write(idle, (struct str){ file.ptr, 5000 }));
    CHECK(count_stream_open(count, NULL) == NULL);
    struct count_stream *taken = NULL;
    int64_t began = clk_mono_ms();
    while (taken == NULL && clk_mono_ms() - began < 10 * COUNT_STREAM_SILENT_MS) {
        (void)poll(NULL, 0, 50);
        taken = count_stream_open(count, NULL);
    }
    CHECK(taken != NULL && clk_mono_ms() - began >= COUNT_STREAM_SILENT_MS);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *facts = NULL;
    CHECK(!count_stream_write(idle, STR("x")));
    CHECK(count_stream_finish(&idle, &facts) == COUNT_STREAM_WHOLE && facts == NULL);
    CHECK(taken != NULL && write_in_pieces(taken, buf_str(&file), 9999));
    CHECK(taken != NULL && count_stream_finish(&taken, &facts) == COUNT_STREAM_TOLD);
    CHECK(facts != NULL && count_facts_totals(facts).pages == 1);
}

// The newest child of this process.
static pid_t newest_child(void)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct err err;
    long newest = 0;
    bool ok = fs_read("/proc/thread-self/children", &text, &err);
    for (const char *at = ok && text.len > 0 ? text.ptr : ""; *at != '\0';) {
        long number = 0;
        for (; *at >= '0' && *at <= '9'; at++) {
            number = number * 10 + (*at - '0');
        }
        newest = number > newest ? number : newest;
        at += *at == ' ';
    }
    return (pid_t)newest;
}

static void test_a_reader_that_dies_is_told_and_replaced(void)
{
    OWN(count_free) struct count *count = open_with(1);
    OWN(buf_free) struct buf file = pages(20);
    Quoin__V1__DocumentFacts *facts = NULL;
    struct count_stream *stream = count_stream_open(count, NULL);
    CHECK(stream != NULL && count_stream_write(stream, (struct str){ file.ptr, 300000 }));
    CHECK(kill(newest_child(), SIGKILL) == 0);
    (void)write_in_pieces(stream, buf_str(&file), 65536);
    CHECK(count_stream_finish(&stream, &facts) == COUNT_STREAM_DIED && facts == NULL);
    stream = count_stream_open(count, NULL);
    OWN(count_facts_free) Quoin__V1__DocumentFacts *again = NULL;
    CHECK(stream != NULL && write_in_pieces(stream, buf_str(&file), 65536));
    CHECK(count_stream_finish(&stream, &again) == COUNT_STREAM_TOLD && again->n_pages == 1);
    CHECK(count_figures_get(count).lost == 1);
}

static void test_a_reader_that_does_not_read_is_given_up(void)
{
    OWN(count_free) struct count *count = open_with(1);
    OWN(buf_free) struct buf file = pages(20);
    Quoin__V1__DocumentFacts *facts = NULL;
    struct count_stream *stream = count_stream_open(count, NULL);
    pid_t reader = newest_child();
    CHECK(kill(reader, SIGSTOP) == 0);
    CHECK(!write_in_pieces(stream, buf_str(&file), 65536)); // 5 MB do not fit the pipe
    CHECK(count_stream_finish(&stream, &facts) == COUNT_STREAM_WHOLE && facts == NULL);
    stream = count_stream_open(count, NULL); // it still owes an answer: another one serves
    CHECK(stream != NULL && newest_child() != reader && write_in_pieces(stream, STR("RaS2"), 4));
    CHECK(count_stream_finish(&stream, &facts) == COUNT_STREAM_TOLD);
    count_facts_free(&facts);
}

struct client {
    pthread_t thread;
    struct count *count;
    struct str file;
    bool right;
    bool streamed;
};

// A client as the engine is one: by stream if it may, else when all is there.
static void *print_one(void *arg)
{
    struct client *client = arg;
    Quoin__V1__DocumentFacts *facts = NULL;
    struct err err;
    struct count_stream *stream = count_stream_open(client->count, NULL);
    if (stream != NULL) {
        (void)write_in_pieces(stream, client->file, 65536);
        client->streamed = count_stream_finish(&stream, &facts) == COUNT_STREAM_TOLD;
    }
    if (!client->streamed && !count_bytes(client->count, client->file, NULL, &facts, &err)) {
        return NULL;
    }
    client->right = count_facts_totals(facts).pages == 3;
    count_facts_free(&facts);
    return NULL;
}

static void test_sixty_four_clients_share_two_streams(void)
{
    enum { CLIENTS = 64 };
    OWN(count_free) struct count *count = open_with(2);
    OWN(buf_free) struct buf file = pages(3);
    static struct client clients[CLIENTS];
    size_t right = 0;
    size_t streamed = 0;
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){ .count = count, .file = buf_str(&file) };
        CHECK(pthread_create(&clients[i].thread, NULL, print_one, &clients[i]) == 0);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        right += clients[i].right;
        streamed += clients[i].streamed;
    }
    CHECK(right == CLIENTS && streamed > 0);
}

int main(void)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    const char *build = getenv("QUOIN_BUILD");
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    test_what_is_streamed_is_what_is_counted();
    test_a_language_that_must_be_whole_ends_the_stream_early();
    test_streams_leave_the_ordinary_workers_alone();
    test_silence_gives_the_worker_up();
    test_a_reader_that_dies_is_told_and_replaced();
    test_a_reader_that_does_not_read_is_given_up();
    test_sixty_four_clients_share_two_streams();
    return tap_done();
}
