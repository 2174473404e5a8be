// spool: see spool.h. A file is the sealed chunks, one after the other; its name is the job's id.

#include "dre/spool.h"

#include "base/enc.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    SEALED_CHUNK = CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG,
    WRITE_OUT_BYTES = 8 << 20,
    SEALED_BLOCK = SPOOL_BLOCK + SPOOL_BLOCK / CRYPTO_SEAL_CHUNK * CRYPTO_SEAL_TAG,
};

static bool system_error(struct err *err, const char *what)
{
    return err_set(err, ERR_UNAVAILABLE, "%s: %s", what, strerror(errno));
}

// --- the folder and the site's key --------------------------------------------------------------

static bool read_site_key(const char *path, struct crypto_key *key, struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(256);
    if (fs_read(path, &text, err)) {
        struct str hex = buf_str(&text);
        hex.len = hex.len == 0 ? 0 : hex.len - 1; // the end of the line
        return enc_hex_read(hex, key->bytes, sizeof(key->bytes)) ||
               err_set(err, ERR_INVALID,
                       "%s is not a spool key; put the right file back from the backup", path);
    }
    if (err->code != ERR_NOT_FOUND) {
        return false;
    }
    crypto_key_new(key);
    enc_hex_add(&text, key->bytes, sizeof(key->bytes));
    buf_add(&text, STR("\n"));
    return fs_replace(path, buf_str(&text), 0600, err);
}

bool dre_spool_open(struct spool *spool, const char *folder, const char *key_path, struct err *err)
{
    *spool = (struct spool){ .pool = spool->pool };
    if (strlen(folder) >= sizeof(spool->folder) - 32) {
        return err_set(err, ERR_INVALID, "the path of the spool folder is too long");
    }
    memcpy(spool->folder, folder, strlen(folder) + 1);
    return fs_make_folder(folder, err) && read_site_key(key_path, &spool->site, err);
}

void dre_spool_close(struct spool *spool)
{
    crypto_key_wipe(&spool->site);
}

static void file_name(const struct spool *spool, uint64_t job, char name[static 4160])
{
    (void)snprintf(name, 4160, "%s/%llu", spool->folder, (unsigned long long)job);
}

void dre_spool_remove(const struct spool *spool, uint64_t job)
{
    char name[4160];
    file_name(spool, job, name);
    (void)unlink(name); // not there is as good
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL) {
        (void)closedir(*folder);
    }
}

bool dre_spool_sweep(const struct spool *spool, bool (*keep)(void *arg, uint64_t job), void *arg,
                     struct err *err)
{
    OWN(close_folder) DIR *folder = opendir(spool->folder);
    if (folder == NULL) {
        return system_error(err, "cannot list the spool folder");
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        uint64_t job = 0;
        if (num_u64(str_of(entry->d_name), UINT64_MAX, &job) && !keep(arg, job)) {
            dre_spool_remove(spool, job);
        }
    }
    return true;
}

// --- documents ----------------------------------------------------------------------------------

struct spool_document *dre_spool_document_new(uint64_t job)
{
    struct spool_document *document = mem_new(sizeof(*document));
    document->job = job;
    document->users = 1;
    document->bytes = BUF_CAP(SPOOL_SMALL_MAX);
    crypto_key_new(&document->key);
    return document;
}

struct spool_document *dre_spool_document_use(struct spool_document *document)
{
    document->users++;
    return document;
}

void dre_spool_document_drop(struct spool_document **document)
{
    struct spool_document *gone = *document;
    *document = NULL;
    if (gone == NULL || --gone->users > 0) {
        return;
    }
    dre_arrival_free(&gone->arrival);
    crypto_key_wipe(&gone->key);
    if (gone->bytes.len > 0) {
        mem_wipe(gone->bytes.ptr, gone->bytes.len);
    }
    buf_free(&gone->bytes);
    free(gone);
}

void dre_spool_wrap(const struct spool *spool, const struct spool_document *document,
                    uint8_t wrapped[static CRYPTO_WRAP_LEN])
{
    crypto_key_wrap(&spool->site, document->job, &document->key, wrapped);
}

bool dre_spool_restore(const struct spool *spool, uint64_t job, struct str wrapped,
                       struct str sealed, bool in_file, uint64_t len,
                       struct spool_document **document, struct err *err)
{
    struct spool_document *made = mem_new(sizeof(*made));
    made->job = job;
    made->users = 1;
    made->in_file = in_file;
    made->len = len;
    made->bytes = BUF_CAP(SPOOL_SMALL_MAX);
    if (!crypto_key_unwrap(&spool->site, job, wrapped, &made->key, err) ||
        (!in_file && !crypto_seal_open_all(&made->key, job, sealed, &made->bytes, err))) {
        dre_spool_document_drop(&made);
        return false;
    }
    *document = made;
    return true;
}

// --- coming in ----------------------------------------------------------------------------------

struct spool_intake {
    struct spool *spool;                      // borrowed
    const struct spool_intake_events *events; // borrowed; NULL: aborted
    void *arg;
    struct spool_document *document; // one use
    struct buf waiting; // plain bytes for the file, at most a block and what came with it
    struct buf block;   // what the worker seals and writes
    struct crypto_seal seal;
    int fd;
    bool is_file;
    bool is_working; // a worker has `block`
    bool is_full;    // told to hold back
    bool is_ended;   // the document is whole: what waits is the last
    bool last;       // of `block`
    bool failed;     // the worker's until it is back
    size_t unsynced; // bytes since the kernel was told to begin to write; the worker's
    struct err err;
    bool refused; // the loop's
    struct err why;
};

struct spool_intake *dre_spool_intake_new(struct spool *spool, uint64_t job,
                                          const struct spool_intake_events *events, void *arg)
{
    struct spool_intake *intake = mem_new(sizeof(*intake));
    intake->spool = spool;
    intake->events = events;
    intake->arg = arg;
    intake->document = dre_spool_document_new(job);
    intake->waiting = BUF_CAP(32 << 20);
    intake->block = BUF_CAP(SPOOL_BLOCK);
    intake->fd = -1;
    return intake;
}

void dre_spool_intake_learn(struct spool_intake *intake, struct dre_arrival *arrival)
{
    intake->document->arrival = arrival;
}

static void intake_free(struct spool_intake *intake)
{
    if (intake->fd >= 0) {
        (void)close(intake->fd);
    }
    crypto_seal_fini(&intake->seal);
    dre_spool_document_drop(&intake->document);
    buf_free(&intake->waiting);
    buf_free(&intake->block);
    free(intake);
}

static bool has_space(int fd, struct err *err)
{
    struct statvfs disk;
    if (fstatvfs(fd, &disk) != 0) {
        return system_error(err, "cannot ask how full the disk is");
    }
    uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    uint64_t keep = (uint64_t)disk.f_blocks * disk.f_frsize / 100 * SPOOL_RESERVE_PERCENT;
    keep = keep > SPOOL_RESERVE_BYTES_MAX ? SPOOL_RESERVE_BYTES_MAX : keep;
    return free_bytes > keep ||
           err_set(err, ERR_UNAVAILABLE,
                   "the disk of the spool is full; free space on the server, then print again");
}

static bool write_all(int fd, const uint8_t *bytes, size_t len, struct err *err)
{
    while (len > 0) {
        ssize_t wrote = write(fd, bytes, len);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return system_error(err, "the document cannot be written to the spool");
        }
        bytes += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

static bool sync_file(const struct spool_intake *intake, struct err *err)
{
    int folder = open(intake->spool->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fdatasync(intake->fd) == 0 && fsync(folder) == 0;
    good = good || system_error(err, "the document cannot be made durable in the spool");
    if (folder >= 0) {
        (void)close(folder);
    }
    return good;
}

static bool open_file(struct spool_intake *intake, struct err *err)
{
    char name[4160];
    file_name(intake->spool, intake->document->job, name);
    intake->fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return intake->fd >= 0 || system_error(err, "the document's file cannot be made in the spool");
}

static bool write_block(struct spool_intake *intake, struct err *err)
{
    if (intake->fd < 0 && !open_file(intake, err)) {
        return false;
    }
    if (!has_space(intake->fd, err)) {
        return false;
    }
    if (intake->document->arrival != NULL) { // first: its reader works while this one seals
        dre_arrival_take(intake->document->arrival, buf_str(&intake->block));
    }
    uint8_t *sealed = mem_new(SEALED_BLOCK);
    size_t len = 0;
    size_t at = 0;
    do {
        size_t left = intake->block.len - at;
        size_t take = left < CRYPTO_SEAL_CHUNK ? left : CRYPTO_SEAL_CHUNK;
        bool last = intake->last && take == left;
        crypto_seal_chunk(&intake->seal, (struct str){ intake->block.ptr + at, take }, last,
                          sealed + len);
        at += take;
        len += take + CRYPTO_SEAL_TAG;
    } while (at < intake->block.len);
    bool good = write_all(intake->fd, sealed, len, err);
    free(sealed);
    intake->unsynced += len;
    if (good && intake->unsynced >= WRITE_OUT_BYTES) { // what goes to disk now is not waited for
        intake->unsynced = 0;                          // at the end; where it cannot, it is
        (void)sync_file_range(intake->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    return good && (!intake->last || sync_file(intake, err));
}

static void intake_work(void *arg)
{
    struct spool_intake *intake = arg;
    intake->failed = !write_block(intake, &intake->err);
}

static void intake_finish(struct spool_intake *intake)
{
    const struct spool_intake_events *events = intake->events;
    void *to = intake->arg;
    struct err err = intake->refused ? intake->why : intake->err;
    struct spool_document *document = NULL;
    if (intake->failed || intake->refused) {
        dre_spool_remove(intake->spool, intake->document->job);
    } else {
        document = intake->document;
        intake->document = NULL;
    }
    intake_free(intake);
    if (events != NULL) {
        events->on_end(to, document, &err);
    } else if (document != NULL) {
        dre_spool_document_drop(&document);
    }
}

static bool intake_pump(struct spool_intake *intake);

static void intake_worked(void *arg)
{
    struct spool_intake *intake = arg;
    intake->is_working = false;
    intake->block.len = 0;
    if (intake->failed || intake->refused || intake->last) {
        intake_finish(intake);
        return;
    }
    if (intake_pump(intake) && intake->is_full && intake->waiting.len <= SPOOL_BLOCK) {
        intake->is_full = false;
        intake->events->on_room(intake->arg);
    }
}

// Gives the worker a block: a full one, or the last. False: the intake is gone.
static bool intake_pump(struct spool_intake *intake)
{
    // The last chunk must be known as such, so a full block waits for one byte more.
    bool is_last = intake->is_ended && intake->waiting.len <= SPOOL_BLOCK;
    if (intake->is_working || (!is_last && intake->waiting.len <= SPOOL_BLOCK)) {
        return true;
    }
    size_t take = is_last ? intake->waiting.len : SPOOL_BLOCK;
    buf_add(&intake->block, (struct str){ intake->waiting.ptr, take });
    memmove(intake->waiting.ptr, intake->waiting.ptr + take, intake->waiting.len - take);
    intake->waiting.len -= take;
    intake->last = is_last;
    intake->is_working = true;
    if (net_pool_run(intake->spool->pool, intake_work, intake_worked, intake)) {
        return true;
    }
    intake->refused = !err_set(&intake->why, ERR_UNAVAILABLE, "too many documents arrive at once");
    intake_finish(intake);
    return false;
}

bool dre_spool_intake_write(struct spool_intake *intake, struct str bytes)
{
    intake->document->len += bytes.len;
    if (!intake->is_file && intake->document->len <= SPOOL_SMALL_MAX) {
        buf_add(&intake->document->bytes, bytes);
        return true;
    }
    if (!intake->is_file) {
        intake->is_file = true;
        intake->document->in_file = true;
        crypto_seal_init(&intake->seal, &intake->document->key, intake->document->job);
        buf_add(&intake->waiting, buf_str(&intake->document->bytes));
        buf_free(&intake->document->bytes);
        intake->document->bytes = BUF_CAP(SPOOL_SMALL_MAX);
    }
    buf_add(&intake->waiting, bytes);
    if (intake->document->len > SPOOL_DOCUMENT_MAX || !buf_ok(&intake->waiting)) {
        intake->refused = !err_set(&intake->why, ERR_LIMIT, "the document is too large");
        if (!intake->is_working) {
            intake_finish(intake);
        }
        return true;
    }
    bool has_room = intake->waiting.len < 2 * (size_t)SPOOL_BLOCK;
    intake->is_full = !has_room;
    (void)intake_pump(intake); // gone: on_end has said so
    return has_room;
}

void dre_spool_intake_end(struct spool_intake *intake)
{
    intake->is_ended = true;
    if (!intake->is_file) {
        intake_finish(intake);
        return;
    }
    (void)intake_pump(intake); // gone: on_end has said so
}

void dre_spool_intake_abort(struct spool_intake *intake)
{
    intake->events = NULL;
    intake->refused = true;
    if (!intake->is_working) {
        intake_finish(intake);
    }
}

// --- reading ------------------------------------------------------------------------------------

bool dre_spool_reader_open(const struct spool *spool, const struct spool_document *document,
                           struct spool_reader *reader, struct err *err)
{
    *reader = (struct spool_reader){ .document = document, .fd = -1 };
    if (!document->in_file) {
        return true;
    }
    char name[4160];
    file_name(spool, document->job, name);
    reader->fd = open(name, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0) {
        return system_error(err, "the document's file in the spool cannot be opened");
    }
    crypto_seal_init(&reader->seal, &document->key, document->job);
    return true;
}

static bool read_exactly(int fd, uint8_t *bytes, size_t len, struct err *err)
{
    while (len > 0) {
        ssize_t got = read(fd, bytes, len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? system_error(err, "the document's file in the spool cannot be read")
                           : err_set(err, ERR_INTERNAL, "the document's file in the spool is cut");
        }
        bytes += got;
        len -= (size_t)got;
    }
    return true;
}

static bool read_chunk(struct spool_reader *reader, uint8_t *sealed, uint8_t *plain,
                       struct buf *out, struct err *err)
{
    uint64_t left = reader->document->len - reader->done;
    size_t take = left < CRYPTO_SEAL_CHUNK ? (size_t)left : CRYPTO_SEAL_CHUNK;
    bool last = take == left;
    if (!read_exactly(reader->fd, sealed, take + CRYPTO_SEAL_TAG, err) ||
        !crypto_seal_open(&reader->seal,
                          (struct str){ (const char *)sealed, take + CRYPTO_SEAL_TAG }, last, plain,
                          err)) {
        return false;
    }
    reader->done += take;
    buf_add(out, (struct str){ (const char *)plain, take });
    return buf_ok(out) || err_set(err, ERR_LIMIT, "the document is too large for memory");
}

bool dre_spool_reader_next(struct spool_reader *reader, struct buf *plain, struct err *err)
{
    const struct spool_document *document = reader->document;
    if (!document->in_file) {
        if (reader->done == 0) {
            buf_add(plain, buf_str(&document->bytes));
            reader->done = document->bytes.len;
        }
        return true;
    }
    uint8_t *sealed = mem_new(SEALED_CHUNK);
    uint8_t *opened = mem_new(CRYPTO_SEAL_CHUNK);
    bool good = true;
    for (size_t chunk = 0; good && chunk < SPOOL_BLOCK / CRYPTO_SEAL_CHUNK; chunk++) {
        if (reader->done < document->len) {
            good = read_chunk(reader, sealed, opened, plain, err);
        }
    }
    free(sealed);
    mem_wipe(opened, CRYPTO_SEAL_CHUNK);
    free(opened);
    return good;
}

void dre_spool_reader_close(struct spool_reader *reader)
{
    if (reader->fd >= 0) {
        (void)close(reader->fd);
        reader->fd = -1;
        crypto_seal_fini(&reader->seal);
    }
}
