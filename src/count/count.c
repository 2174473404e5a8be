// count: the pool of workers. See count.h. One lock guards the slots; it is never held while a
// worker works.

#include "count/count_int.h"

#include "base/arena.h"
#include "base/clk.h"
#include "base/mem.h"
#include "jail/jail.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATH_MAX_LEN = 4096,
    START_MS = 10000,
    WORKERS_MAX = 64,
    WORKERS_USUAL = 2,
    OWED_MS = 500, // for the answer about a stream that was given up
    DOCUMENTS_USUAL = 2000,
    SUCCESSOR_AHEAD = 32, // documents before its last one, a worker's successor is started
    PAGES_USUAL = 100000,
    RENDERS_USUAL = 100,
    WALL_USUAL_MS = 10000,
};

// A process that is started takes its time to link and to lock itself; who needs it awaits it.
struct process {
    pid_t pid; // 0: none
    int fd;    // owned
    bool said_hello;
};

struct worker {
    struct process now;
    struct process next; // its successor, started ahead
    bool busy;
    bool owes; // an answer that nobody waits for any more
    uint32_t documents;
    struct count_stream *stream; // that it reads; borrowed, NULL: none
};

struct count {
    struct count_options options; // with paths of our own
    char program[PATH_MAX_LEN];
    char renderer[PATH_MAX_LEN];
    char interpreter[PATH_MAX_LEN];
    pthread_mutex_t lock;
    pthread_cond_t idle;
    struct worker workers[WORKERS_MAX]; // workers_max of them, then streams_max for streams alone
    struct count_figures figures;
};

const struct count_options *count_options_of(const struct count *count)
{
    return &count->options;
}

void count_lock(struct count *count)
{
    (void)pthread_mutex_lock(&count->lock); // cannot fail: the lock is ours and of the usual kind
}

void count_unlock(struct count *count)
{
    (void)pthread_mutex_unlock(&count->lock);
}

void count_note_rendered(struct count *count)
{
    count_lock(count);
    count->figures.rendered++;
    count_unlock(count);
}

struct count_figures count_figures_get(struct count *count)
{
    count_lock(count);
    struct count_figures figures = count->figures;
    count_unlock(count);
    return figures;
}

static int process_drop(struct process *process)
{
    jail_close(&process->fd);
    int how = jail_end(process->pid);
    process->pid = 0;
    process->said_hello = false;
    return how;
}

static bool process_start(const struct count *count, struct process *process, struct err *err)
{
    int pair[2];
    if (!jail_pair(pair, err)) {
        return false;
    }
    const char *args[] = { "quoin-pdl", "--worker",
                           count->options.may_be_weak ? "--weak-jail" : NULL, NULL };
    struct jail_program program = {
        .path = count->program, .args = args, .fds = { pair[1], -1, -1 }, .fd_count = 3
    };
    bool ok = jail_spawn(&program, &process->pid, err);
    jail_close(&pair[1]);
    process->fd = pair[0];
    process->said_hello = false;
    if (!ok) {
        process->pid = 0;
        jail_close(&process->fd);
    }
    return ok;
}

static bool process_hello(struct process *process, struct err *err)
{
    uint32_t hello = 0;
    int64_t deadline = clk_mono_ms() + START_MS;
    if (!jail_receive(process->fd, &hello, sizeof(hello), deadline, NULL, err)) {
        return err_in(err, "the document reader did not start");
    }
    if (hello == COUNT_HELLO) {
        process->said_hello = true;
        return true;
    }
    struct err why = { .code = ERR_NONE };
    if (hello == 0 || hello >= sizeof(why.text) ||
        !jail_receive(process->fd, why.text, hello, deadline, NULL, err)) {
        return err_set(err, ERR_UNAVAILABLE, "the document reader did not start");
    }
    return err_set(err, ERR_UNAVAILABLE, "%s", why.text);
}

// The answer about a stream that was given up is taken off, or the process is ended.
static void worker_settle(struct worker *worker)
{
    struct count_answer head = { .size = 0 };
    struct err unheard; // then another process does the work
    int64_t deadline = clk_mono_ms() + OWED_MS;
    worker->owes = false;
    bool ok = jail_receive(worker->now.fd, &head, sizeof(head), deadline, NULL, &unheard) &&
              head.size <= COUNT_ANSWER_MAX;
    char bytes[4096];
    for (size_t left = head.size; ok && left > 0;) {
        size_t take = left < sizeof(bytes) ? left : sizeof(bytes);
        ok = jail_receive(worker->now.fd, bytes, take, deadline, NULL, &unheard);
        left -= take;
    }
    if (!ok) {
        (void)process_drop(&worker->now);
        worker->documents = 0;
    }
}

bool count_worker_ready(const struct count *count, struct worker *worker, bool *started,
                        struct err *err)
{
    if (worker->owes) {
        worker_settle(worker);
    }
    *started = !worker->now.said_hello;
    if (worker->now.pid == 0 && worker->next.pid != 0) {
        worker->now = worker->next;
        worker->next = (struct process){ .fd = -1 };
    }
    if (worker->now.pid == 0 && !process_start(count, &worker->now, err)) {
        return false;
    }
    if (*started && !process_hello(&worker->now, err)) {
        (void)process_drop(&worker->now);
        return false;
    }
    return true;
}

void count_worker_age(const struct count *count, struct worker *worker)
{
    struct err unheard; // then it is started when it is needed, and that is told
    uint32_t most = count->options.documents_max;
    worker->documents++;
    if (worker->next.pid == 0 && most > SUCCESSOR_AHEAD &&
        worker->documents + SUCCESSOR_AHEAD >= most &&
        !process_start(count, &worker->next, &unheard)) {
        worker->next.pid = 0;
    }
    if (worker->documents >= most) {
        (void)process_drop(&worker->now);
        worker->documents = 0;
    }
}

// One of workers [from, from + some) that nobody uses; one that runs already is taken first.
static struct worker *find_idle(struct count *count, uint32_t from, uint32_t some)
{
    struct worker *found = NULL;
    for (uint32_t i = from; i < from + some; i++) {
        struct worker *worker = &count->workers[i];
        if (!worker->busy && (found == NULL || (found->now.pid == 0 && worker->now.pid != 0))) {
            found = worker;
        }
    }
    return found;
}

struct worker *count_worker_take(struct count *count)
{
    count_lock(count);
    struct worker *taken = find_idle(count, 0, count->options.workers_max);
    while (taken == NULL) {
        (void)pthread_cond_wait(&count->idle, &count->lock);
        taken = find_idle(count, 0, count->options.workers_max);
    }
    taken->busy = true;
    count_unlock(count);
    return taken;
}

struct worker *count_worker_take_for_stream(struct count *count)
{
    uint32_t from = count->options.workers_max;
    uint32_t some = count->options.streams_max;
    count_lock(count);
    struct worker *taken = find_idle(count, from, some);
    for (uint32_t i = from; i < from + some && taken == NULL; i++) {
        struct worker *worker = &count->workers[i];
        if (worker->stream != NULL && count_stream_is_silent(worker->stream)) {
            count_stream_lose_worker(worker->stream);
            worker->stream = NULL;
            worker->owes = true;
            taken = worker;
        }
    }
    if (taken != NULL) {
        taken->busy = true;
    }
    count_unlock(count);
    return taken;
}

void count_worker_read_stream(struct count *count, struct worker *worker,
                              struct count_stream *stream)
{
    count_lock(count);
    worker->stream = stream;
    count_unlock(count);
}

void count_worker_give(struct count *count, struct worker *worker, const struct count_given *given)
{
    count_lock(count);
    worker->busy = false;
    worker->stream = NULL;
    worker->owes = given->owes;
    count->figures.documents++;
    count->figures.spawned += given->started;
    count->figures.lost += given->lost;
    (void)pthread_cond_signal(&count->idle);
    count_unlock(count);
}

bool count_worker_send(struct worker *worker, int fd, const struct count_request *request,
                       struct err *err)
{
    return jail_send(worker->now.fd, (struct str){ (const char *)request, sizeof(*request) }, fd,
                     err);
}

bool count_worker_answer(struct worker *worker, int64_t deadline, uint32_t pages_max, bool *whole,
                         Quoin__V1__DocumentFacts **facts, struct err *err)
{
    struct count_answer head = { .size = 0 };
    if (!jail_receive(worker->now.fd, &head, sizeof(head), deadline, NULL, err)) {
        return false;
    }
    uint32_t len = head.size;
    if (len > COUNT_ANSWER_MAX) {
        return err_set(err, ERR_INVALID, "its reader gave an answer of %u bytes", len);
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(COUNT_ANSWER_MAX + 64);
    char *bytes = arena_new(&arena, len);
    *whole = head.needs_whole;
    return jail_receive(worker->now.fd, bytes, len, deadline, NULL, err) &&
           count_facts_read((struct str){ bytes, len }, pages_max, facts, err);
}

// Its own limits and faults end a reader by other signals.
static bool is_killed(int how)
{
    return WIFSIGNALED(how) && (WTERMSIG(how) == SIGKILL || WTERMSIG(how) == SIGTERM ||
                                WTERMSIG(how) == SIGINT || WTERMSIG(how) == SIGHUP);
}

Quoin__V1__DocumentFacts *count_worker_lost(const struct count *count, struct worker *worker,
                                            const struct err *why)
{
    char text[400];
    bool slow = why->code == ERR_TIMEOUT;
    bool false_answer = why->code == ERR_INVALID;
    int how = 0;
    struct err err;
    // A worker that died is collected as it died; one that still runs is killed.
    bool ended =
        !slow && !false_answer && jail_wait(worker->now.pid, clk_mono_ms() + 1000, &how, &err);
    if (ended) {
        char status[160];
        worker->now.pid = 0;
        jail_status_text(how, status, sizeof(status));
        (void)snprintf(text, sizeof(text), "The document cannot be counted: its reader was %s.",
                       status);
    } else if (slow) {
        (void)snprintf(text, sizeof(text),
                       "The document cannot be counted: reading it took over %u s.",
                       COUNT_BUSY_TIMES * count->options.wall_ms / 1000);
    } else {
        (void)snprintf(text, sizeof(text), "The document cannot be counted: %s.", why->text);
    }
    (void)process_drop(&worker->now);
    worker->documents = 0;
    return ended ? count_facts_died(text, is_killed(how))
                 : count_facts_unknown("application/octet-stream", text);
}

// Most documents are read within wall_ms; a large one has as much again for each LIMIT_BYTES. The
// worker measures the time of the processor itself: this waits longer, for the machine may be busy.
static int64_t deadline_of(const struct count *count, uint64_t size)
{
    uint64_t times = COUNT_BUSY_TIMES * (1 + size / COUNT_BYTES_A_LIMIT);
    return clk_mono_ms() + (int64_t)(times * count->options.wall_ms);
}

// What a worker is asked.
struct question {
    const struct count_request *request;
    int fd;           // of the document
    int sink;         // of what is unpacked; -1: nothing is
    int64_t deadline; // monotonic
    bool needs_whole; // the answer: the language must be seen as a whole
};

// Writes the pieces of what is unpacked, up to the empty one.
static bool pieces_take(const struct worker *worker, const struct question *question,
                        struct err *err)
{
    char piece[COUNT_PIECE_MAX];
    uint64_t left = COUNT_UNPACKED_MAX;
    for (;;) {
        uint32_t len = 0;
        if (!jail_receive(worker->now.fd, &len, sizeof(len), question->deadline, NULL, err)) {
            return false;
        }
        if (len == 0) {
            return true;
        }
        if (len > sizeof(piece) || len > left) {
            return err_set(err, ERR_INVALID, "its reader unpacked too much");
        }
        left -= len;
        if (!jail_receive(worker->now.fd, piece, len, question->deadline, NULL, err) ||
            !count_bytes_write(question->sink, (struct str){ piece, len }, err)) {
            return false;
        }
    }
}

static bool worker_ask(struct worker *worker, struct question *question,
                       Quoin__V1__DocumentFacts **facts, struct err *err)
{
    return count_worker_send(worker, question->fd, question->request, err) &&
           (question->sink < 0 || pieces_take(worker, question, err)) &&
           count_worker_answer(worker, question->deadline, question->request->pages_max,
                               &question->needs_whole, facts, err);
}

static bool ask(struct count *count, struct question *question, Quoin__V1__DocumentFacts **facts,
                struct err *err)
{
    struct worker *worker = count_worker_take(count);
    struct count_given given = { .started = false };
    if (!count_worker_ready(count, worker, &given.started, err)) {
        count_worker_give(count, worker, &given);
        return false;
    }
    struct err why;
    uint32_t wall_ms = question->request->wall_ms;
    question->deadline =
        wall_ms > 0 ? clk_mono_ms() + wall_ms : deadline_of(count, question->request->size);
    if (worker_ask(worker, question, facts, &why)) {
        count_worker_age(count, worker);
    } else {
        *facts = count_worker_lost(count, worker, &why);
        given.lost = true;
    }
    count_worker_give(count, worker, &given);
    return true;
}

bool count_ask_worker(struct count *count, int fd, const struct count_request *request,
                      Quoin__V1__DocumentFacts **facts, struct err *err)
{
    struct question question = { .request = request, .fd = fd, .sink = -1 };
    return ask(count, &question, facts, err);
}

bool count_ask_unpack(struct count *count, const struct count_unpack *unpack,
                      Quoin__V1__DocumentFacts **facts, struct err *err)
{
    struct question question = { .request = unpack->request,
                                 .fd = unpack->fd,
                                 .sink = unpack->sink };
    return ask(count, &question, facts, err);
}

static void options_complete(struct count_options *options)
{
    options->workers_max = options->workers_max == 0 ? WORKERS_USUAL : options->workers_max;
    options->workers_max = options->workers_max > WORKERS_MAX ? WORKERS_MAX : options->workers_max;
    uint32_t left = WORKERS_MAX - options->workers_max;
    options->streams_max = options->streams_max > left ? left : options->streams_max;
    options->documents_max = options->documents_max == 0 ? DOCUMENTS_USUAL : options->documents_max;
    options->pages_max = options->pages_max == 0 ? PAGES_USUAL : options->pages_max;
    options->renders_max = options->renders_max == 0 ? RENDERS_USUAL : options->renders_max;
    options->wall_ms = options->wall_ms == 0 ? WALL_USUAL_MS : options->wall_ms;
}

static bool program_beside(char path[PATH_MAX_LEN], struct err *err)
{
    static const char name[] = "quoin-pdl";
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX_LEN - sizeof(name) - 1);
    char *slash = len > 0 ? memrchr(path, '/', (size_t)len) : NULL;
    if (slash == NULL) {
        return err_set(err, ERR_INTERNAL, "cannot tell where this program is");
    }
    memcpy(slash + 1, name, sizeof(name));
    return true;
}

bool count_open(const struct count_options *options, struct count **count, struct err *err)
{
    OWN(count_free) struct count *made = mem_new(sizeof(*made));
    (void)pthread_mutex_init(&made->lock, NULL); // cannot fail with the usual attributes
    (void)pthread_cond_init(&made->idle, NULL);
    for (size_t i = 0; i < WORKERS_MAX; i++) {
        made->workers[i].now.fd = made->workers[i].next.fd = -1;
    }
    made->options = *options;
    options_complete(&made->options);
    const char *renderer = options->renderer == NULL ? "/usr/bin/pdftoppm" : options->renderer;
    (void)snprintf(made->renderer, sizeof(made->renderer), "%s", renderer);
    const char *interpreter = options->interpreter == NULL ? "/usr/bin/gs" : options->interpreter;
    (void)snprintf(made->interpreter, sizeof(made->interpreter), "%s", interpreter);
    if (options->program != NULL) {
        (void)snprintf(made->program, sizeof(made->program), "%s", options->program);
    } else if (!program_beside(made->program, err)) {
        return false;
    }
    made->options.program = made->program;
    made->options.renderer = made->renderer;
    made->options.interpreter = made->interpreter;
    bool started = false;
    if (!count_worker_ready(made, &made->workers[0], &started, err)) {
        return false;
    }
    made->figures.spawned = 1;
    *count = made;
    made = NULL;
    return true;
}

void count_free(struct count **count)
{
    if (*count == NULL) {
        return;
    }
    for (size_t i = 0; i < WORKERS_MAX; i++) {
        // A stream that was left behind by a client has nobody any more either.
        assert(!(*count)->workers[i].busy || (*count)->workers[i].stream != NULL);
        (void)process_drop(&(*count)->workers[i].now);
        (void)process_drop(&(*count)->workers[i].next);
    }
    (void)pthread_mutex_destroy(&(*count)->lock);
    (void)pthread_cond_destroy(&(*count)->idle);
    free(*count);
    *count = NULL;
}

struct count_request count_request_of(const struct count *count, enum count_ask ask, uint64_t size,
                                      const char *hint)
{
    struct count_request request = { .magic = COUNT_REQUEST,
                                     .ask = ask,
                                     .size = size,
                                     .pages_max = count->options.pages_max,
                                     .each_page = count->options.each_page,
                                     .coverage = count->options.coverage };
    (void)snprintf(request.hint, sizeof(request.hint), "%s", hint == NULL ? "" : hint);
    return request;
}

// A large document is read as a stream first, which needs no room for it, and as a whole only if
// its language wants that.
static bool ask_about(struct count *count, int fd, const struct count_request *request,
                      Quoin__V1__DocumentFacts **facts, struct err *err)
{
    if (request->size > COUNT_STREAM_FIRST && lseek(fd, 0, SEEK_SET) == 0) {
        struct count_request as_stream = *request;
        struct question question = { .request = &as_stream, .fd = fd, .sink = -1 };
        as_stream.ask = COUNT_ASK_STREAM;
        if (!ask(count, &question, facts, err) || !question.needs_whole) {
            return *facts != NULL;
        }
        count_facts_free(facts);
    }
    if (request->size > COUNT_WHOLE_MAX) {
        *facts =
            count_facts_unknown("application/octet-stream",
                                "The document is larger than 4 GiB, the most that is read of a "
                                "language that must be seen as a whole.");
        return true;
    }
    return count_ask_worker(count, fd, request, facts, err);
}

bool count_document(struct count *count, int fd, const char *hint, Quoin__V1__DocumentFacts **facts,
                    struct err *err)
{
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        return err_set(err, ERR_INVALID, "only a file can be counted: save it first");
    }
    OWN(count_facts_free) Quoin__V1__DocumentFacts *found = NULL;
    OWN(jail_close) int unpacked = -1;
    struct count_request request =
        count_request_of(count, COUNT_ASK_FACTS, (uint64_t)about.st_size, hint);
    if (!ask_about(count, fd, &request, &found, err) ||
        !count_unpack_open(count, fd, &request, &unpacked, &found, err) ||
        !count_interpret_open(count, unpacked < 0 ? fd : unpacked, &request, &found, err) ||
        !count_render_open(count, unpacked < 0 ? fd : unpacked, &found, err) ||
        !count_ink_measure(count, unpacked < 0 ? fd : unpacked, &request, &found, err)) {
        return false;
    }
    *facts = found;
    found = NULL;
    return true;
}

bool count_bytes_write(int fd, struct str bytes, struct err *err)
{
    while (bytes.len > 0) {
        ssize_t wrote = write(fd, bytes.ptr, bytes.len);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return err_set(err, ERR_UNAVAILABLE, "no memory for the document: %s", strerror(errno));
        }
        bytes.ptr += wrote;
        bytes.len -= (size_t)wrote;
    }
    return true;
}

bool count_memory_open(int *fd, struct err *err)
{
    return jail_memory_file("document", fd, err);
}

bool count_memory_add(int fd, struct str bytes, struct err *err)
{
    return count_bytes_write(fd, bytes, err);
}

bool count_memory(struct count *count, int fd, const char *hint, Quoin__V1__DocumentFacts **facts,
                  struct err *err)
{
    return jail_memory_seal(fd, err) && count_document(count, fd, hint, facts, err);
}

bool count_bytes(struct count *count, struct str document, const char *hint,
                 Quoin__V1__DocumentFacts **facts, struct err *err)
{
    OWN(jail_close) int fd = -1;
    return count_memory_open(&fd, err) && count_memory_add(fd, document, err) &&
           count_memory(count, fd, hint, facts, err);
}

bool count_file(struct count *count, const char *path, Quoin__V1__DocumentFacts **facts,
                struct err *err)
{
    OWN(jail_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        enum err_code code = errno == ENOENT ? ERR_NOT_FOUND : ERR_DENIED;
        return err_set(err, code, "cannot open %s: %s", path, strerror(errno));
    }
    if (!count_document(count, fd, NULL, facts, err)) {
        return err_in(err, "%s", path);
    }
    return true;
}
