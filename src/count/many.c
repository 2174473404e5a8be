// many: see many.h. One lock guards the slots; it is never held while a file is read.
// no unit test: tests/unit/count/test_command.c counts many files with it.

#include "count/many.h"

#include "base/clk.h"
#include "base/mem.h"
#include "jail/jail.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WINDOW = 1024, THREADS_MAX = 64, COPY_BLOCK = 64 << 10 };

struct slot {
    struct count_result result;
    bool is_done;
};

struct count_many {
    struct count *count;             // borrowed
    const struct count_found *found; // borrowed
    pthread_mutex_t lock;
    pthread_cond_t done;       // an answer more, for who prints
    pthread_cond_t room;       // one was taken
    struct slot slots[WINDOW]; // of entries [taken, taken + WINDOW)
    size_t begun;              // entries that somebody counts or has counted
    size_t taken;              // answers that were given out
    struct count_many_state state;
    bool stop;
    pthread_t threads[THREADS_MAX];
    uint32_t thread_count;
};

// Standard input, saved in a file without a name: a document may have to be read from its end.
static bool input_copy(int fd, struct err *err)
{
    char block[COPY_BLOCK];
    for (;;) {
        ssize_t got = read(STDIN_FILENO, block, sizeof(block));
        if (got == 0) {
            return true;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return err_set(err, ERR_UNAVAILABLE, "standard input: %s", strerror(errno));
        }
        for (ssize_t done = 0; done < got;) {
            ssize_t wrote = write(fd, block + done, (size_t)(got - done));
            if (wrote < 0 && errno != EINTR) {
                return err_set(err, ERR_UNAVAILABLE, "no room to keep standard input: %s",
                               strerror(errno));
            }
            done += wrote > 0 ? wrote : 0;
        }
    }
}

static bool count_input(const struct count_many *many, struct count_result *result)
{
    struct err *err = &result->err;
    OWN(jail_close)
    int fd = open(many->found->input_folder, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    struct stat about;
    if (fd < 0 && !jail_memory_file("input", &fd, err)) { // the file system may have none such
        return false;
    }
    if (!input_copy(fd, err) || !count_document(many->count, fd, NULL, &result->facts, err)) {
        return false;
    }
    result->bytes = fstat(fd, &about) == 0 ? (uint64_t)about.st_size : 0;
    return true;
}

static void count_one(const struct count_many *many, const struct count_entry *entry,
                      struct count_result *result)
{
    bool ok = false;
    result->bytes = entry->size;
    if (entry->why != NULL) {
        err_fill(&result->err, ERR_DENIED, "cannot open %s: %s", entry->path, entry->why);
    } else if (entry->is_input) {
        ok = count_input(many, result);
    } else {
        ok = count_file(many->count, entry->path, &result->facts, &result->err);
        if (ok && count_facts_reader_killed(result->facts)) { // by somebody: once more
            count_facts_free(&result->facts);
            ok = count_file(many->count, entry->path, &result->facts, &result->err);
        }
    }
    assert(ok == (result->facts != NULL));
}

// The number of the next file that nobody has begun; false when there is none, or it is time to
// stop.
static bool take_next(struct count_many *many, size_t *at)
{
    (void)pthread_mutex_lock(&many->lock); // cannot fail: the lock is ours and of the usual kind
    while (!many->stop && many->begun < many->found->count && many->begun >= many->taken + WINDOW) {
        (void)pthread_cond_wait(&many->room, &many->lock);
    }
    bool goes_on = !many->stop && many->begun < many->found->count;
    *at = many->begun;
    many->begun += goes_on;
    (void)pthread_mutex_unlock(&many->lock);
    return goes_on;
}

static void *work(void *arg)
{
    struct count_many *many = arg;
    size_t at = 0;
    while (take_next(many, &at)) {
        const struct count_entry *entry = &many->found->entries[at];
        struct count_result result = { .facts = NULL };
        count_one(many, entry, &result);
        (void)pthread_mutex_lock(&many->lock);
        many->slots[at % WINDOW] = (struct slot){ .result = result, .is_done = true };
        many->state.files++;
        many->state.bytes += entry->size;
        (void)pthread_cond_signal(&many->done);
        (void)pthread_mutex_unlock(&many->lock);
    }
    return NULL;
}

bool count_many_open(struct count *count, const struct count_found *found, uint32_t threads,
                     struct count_many **many, struct err *err)
{
    OWN(count_many_free) struct count_many *made = mem_new(sizeof(*made));
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&made->lock, NULL); // cannot fail with the usual attributes
    (void)pthread_cond_init(&made->room, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&made->done, &attr);
    (void)pthread_condattr_destroy(&attr);
    made->count = count;
    made->found = found;
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    for (uint32_t i = 0; i < threads && i < found->count; i++) {
        int why = pthread_create(&made->threads[made->thread_count], NULL, work, made);
        if (why != 0 && made->thread_count == 0) {
            return err_set(err, ERR_UNAVAILABLE, "no thread can be started: %s", strerror(why));
        }
        made->thread_count += why == 0;
    }
    *many = made;
    made = NULL;
    return true;
}

static struct timespec mono_at(int64_t ms)
{
    return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
}

bool count_many_next(struct count_many *many, int64_t wait_ms, struct count_result *result)
{
    struct timespec until = mono_at(clk_mono_ms() + wait_ms);
    struct slot *slot = &many->slots[many->taken % WINDOW];
    int waited = 0;
    (void)pthread_mutex_lock(&many->lock);
    while (!slot->is_done && waited == 0) {
        waited = pthread_cond_timedwait(&many->done, &many->lock, &until);
    }
    bool is_there = slot->is_done;
    if (is_there) {
        *result = slot->result;
        *slot = (struct slot){ .is_done = false };
        many->taken++;
        (void)pthread_cond_broadcast(&many->room);
    }
    (void)pthread_mutex_unlock(&many->lock);
    return is_there;
}

struct count_many_state count_many_state(struct count_many *many)
{
    (void)pthread_mutex_lock(&many->lock);
    struct count_many_state state = many->state;
    (void)pthread_mutex_unlock(&many->lock);
    return state;
}

void count_many_free(struct count_many **many)
{
    struct count_many *gone = *many;
    *many = NULL;
    if (gone == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&gone->lock);
    gone->stop = true;
    (void)pthread_cond_broadcast(&gone->room);
    (void)pthread_mutex_unlock(&gone->lock);
    for (uint32_t i = 0; i < gone->thread_count; i++) {
        (void)pthread_join(gone->threads[i], NULL); // ours, joined once
    }
    for (size_t i = 0; i < WINDOW; i++) {
        count_facts_free(&gone->slots[i].result.facts);
    }
    (void)pthread_mutex_destroy(&gone->lock);
    (void)pthread_cond_destroy(&gone->room);
    (void)pthread_cond_destroy(&gone->done);
    free(gone);
}
