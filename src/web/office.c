// office: see office.h.
//
// no unit test: needs LibreOffice; tests/it/test_files.py converts with it.

#include "web/office.h"

#include "base/clk.h"
#include "base/mem.h"
#include "jail/jail.h"
#include "net/net.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    NOBODY = 65534,
    AGAIN = 81, // reader/reader.h: READER_OFFICE_AGAIN
    STARTS_MAX = 3,
    PREFIX_LEN = 48,
    MADE_UP = 6,
    FOLDERS_OPEN = 16,
    PIECE = 64 << 10,
};

struct web_office {
    struct net_pool *pool; // owned; one thread: one at a time
    char program[PATH_MAX];
    char worker[PATH_MAX]; // quoin-pdl
    char prefix[PREFIX_LEN];
    bool is_here;
    unsigned waiting;
};

struct conversion {
    struct web_office *office; // borrowed
    int document;              // owned
    const char *ending;        // static
    void (*done)(void *arg, struct buf *pdf, const struct err *err);
    void *arg;
    char folder[PREFIX_LEN + 8];
    struct buf pdf;
    bool good;
    struct err err;
};

static const struct {
    const char *ending;
    const char *type;
    const char *package;
} kinds[] = {
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      "libreoffice-writer-nogui" },
    { "doc", "application/msword", "libreoffice-writer-nogui" },
    { "odt", "application/vnd.oasis.opendocument.text", "libreoffice-writer-nogui" },
    { "rtf", "application/rtf", "libreoffice-writer-nogui" },
    { "rtf", "text/rtf", "libreoffice-writer-nogui" },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      "libreoffice-calc-nogui" },
    { "xls", "application/vnd.ms-excel", "libreoffice-calc-nogui" },
    { "ods", "application/vnd.oasis.opendocument.spreadsheet", "libreoffice-calc-nogui" },
    { "csv", "text/csv", "libreoffice-calc-nogui" },
    { "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation",
      "libreoffice-impress-nogui" },
    { "ppt", "application/vnd.ms-powerpoint", "libreoffice-impress-nogui" },
    { "odp", "application/vnd.oasis.opendocument.presentation", "libreoffice-impress-nogui" },
    { "txt", "text/plain", "libreoffice-writer-nogui" },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

// --- where it is --------------------------------------------------------------------------------

static bool find_on_path(const char *name, char *found)
{
    const char *path = "/usr/local/bin:/usr/bin:/bin:/snap/bin"; // as a service has it
    while (path != NULL && path[0] != '\0') {
        const char *end = strchr(path, ':');
        int len = end == NULL ? (int)strlen(path) : (int)(end - path);
        char one[PATH_MAX];
        int used = snprintf(one, sizeof(one), "%.*s/%s", len, path, name);
        if (used > 0 && used < PATH_MAX && len > 0 && access(one, X_OK) == 0) {
            return realpath(one, found) != NULL;
        }
        path = end == NULL ? NULL : end + 1;
    }
    return false;
}

// What is on PATH is a script beside the program itself.
static bool find_program(const char *asked, char *program)
{
    const char *name = asked[0] == '\0' ? "soffice" : asked;
    char found[PATH_MAX];
    if (strcmp(name, "none") == 0 ||
        !(strchr(name, '/') == NULL ? find_on_path(name, found) : realpath(name, found) != NULL)) {
        return false;
    }
    char *slash = strrchr(found, '/');
    int len = (int)(slash - found);
    int used = snprintf(program, PATH_MAX, "%.*s/soffice.bin", len, found);
    return used > 0 && used < PATH_MAX && access(program, X_OK) == 0;
}

static bool find_worker(char *worker)
{
    char own[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
    own[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(own, '/');
    int used =
        slash == NULL ? -1 : snprintf(worker, PATH_MAX, "%.*s/quoin-pdl", (int)(slash - own), own);
    return used > 0 && used < PATH_MAX && access(worker, X_OK) == 0;
}

bool web_office_is_here(const struct web_office *office)
{
    return office->is_here;
}

static bool ends_with(struct str name, const char *ending)
{
    size_t len = strlen(ending);
    return name.len > len && name.ptr[name.len - len - 1] == '.' &&
           strncasecmp(name.ptr + name.len - len, ending, len) == 0;
}

const char *web_office_ending(const struct web_office *office, struct str name, struct str type)
{
    const char *found = NULL;
    for (size_t i = 0; i < KINDS && found == NULL; i++) {
        found = ends_with(name, kinds[i].ending) ? kinds[i].ending : NULL;
    }
    for (size_t i = 0; i < KINDS && found == NULL; i++) {
        found = str_eq(type, str_of(kinds[i].type)) ? kinds[i].ending : NULL;
    }
    bool plain = found != NULL && (strcmp(found, "txt") == 0 || strcmp(found, "csv") == 0);
    return plain && !office->is_here ? NULL : found;
}

const char *web_office_package(const char *ending)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].ending, ending) == 0) {
            return kinds[i].package;
        }
    }
    return kinds[0].package;
}

// --- its folder ---------------------------------------------------------------------------------

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)where;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

// Links are not followed. Nobody writes there any more.
static void folder_remove(const char *path)
{
    (void)nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS); // what stays is swept later
}

static void folders_sweep(const struct web_office *office)
{
    const char *base = strrchr(office->prefix, '/') + 1;
    DIR *all = opendir("/tmp");
    const struct dirent *one = NULL;
    while (all != NULL && (one = readdir(all)) != NULL) { // NOLINT(concurrency-mt-unsafe)
        char path[PATH_MAX];
        struct stat about;
        (void)snprintf(path, sizeof(path), "/tmp/%s", one->d_name);
        if (strncmp(one->d_name, base, strlen(base)) == 0 && lstat(path, &about) == 0 &&
            S_ISDIR(about.st_mode) &&
            (about.st_uid == geteuid() || (geteuid() == 0 && about.st_uid == NOBODY))) {
            folder_remove(path);
        }
    }
    if (all != NULL) {
        (void)closedir(all);
    }
}

static bool document_put(const struct conversion *one, struct err *err)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/in.%s", one->folder, one->ending);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    off_t at = 0;
    ssize_t sent = fd < 0 ? -1 : 1;
    while (sent > 0) {
        sent = sendfile(fd, one->document, &at, WEB_OFFICE_DOCUMENT_MAX);
    }
    bool good = sent == 0 && (geteuid() != 0 || (fchown(fd, NOBODY, NOBODY) == 0 &&
                                                 chown(one->folder, NOBODY, NOBODY) == 0));
    int why = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return good || err_set(err, ERR_UNAVAILABLE, "there is no room in /tmp for the document: %s",
                           strerror(why));
}

// What stands there was made by a program that a document may have led astray: nothing but a plain
// file in a plain folder is read.
static bool pdf_take(struct conversion *one, struct err *err)
{
    char path[PATH_MAX];
    struct stat about;
    char *piece = mem_new(PIECE);
    (void)snprintf(path, sizeof(path), "%s/out", one->folder);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int fd =
        folder < 0 ? -1 : openat(folder, "in.pdf", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool good = fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0;
    ssize_t got = good ? 1 : 0;
    while (got > 0) {
        got = read(fd, piece, PIECE);
        buf_add(&one->pdf, (struct str){ piece, got > 0 ? (size_t)got : 0 });
    }
    jail_close(&fd);
    jail_close(&folder);
    free(piece);
    if (!good || got < 0) {
        return err_why(err, ERR_INVALID, "not-converted",
                       "LibreOffice cannot read the document: is it damaged, or does it need a "
                       "password? Save it as PDF and send that.");
    }
    return buf_ok(&one->pdf) || err_why(err, ERR_LIMIT, "too-large",
                                        "The document is too large as PDF: send it in parts.");
}

// --- on the pool's thread -----------------------------------------------------------------------

static bool run(const struct conversion *one, int64_t deadline, int *how, struct err *err)
{
    const struct web_office *office = one->office;
    const char *args[] = {
        "quoin-pdl", "--office", office->program, one->folder, one->ending, NULL
    };
    struct jail_program program = {
        .path = office->worker, .args = args, .fds = { -1, -1, -1 }, .fd_count = 3
    };
    pid_t pid = 0;
    if (!jail_spawn(&program, &pid, err)) {
        return false;
    }
    if (!jail_wait(pid, deadline, how, err)) {
        (void)jail_end(pid);
        return err_why(
            err, ERR_LIMIT, "conversion-too-long",
            "LibreOffice takes longer than a minute for the document: save it as PDF and "
            "send that.");
    }
    return true;
}

// A new profile wants it to be started again (AGAIN).
static bool run_all(struct conversion *one, struct err *err)
{
    int64_t deadline = clk_mono_ms() + WEB_OFFICE_S * 1000;
    int how = 0;
    for (int i = 0; i < STARTS_MAX; i++) {
        if (!run(one, deadline, &how, err)) {
            return false;
        }
        if (!WIFEXITED(how) || WEXITSTATUS(how) != AGAIN) {
            break;
        }
    }
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
        return true;
    }
    char text[160];
    jail_status_text(how, text, sizeof(text));
    return err_why(err, ERR_INVALID, "not-converted",
                   "LibreOffice did not get through the document (it %s): save it as PDF and send "
                   "that.",
                   text);
}

static void work(void *arg)
{
    struct conversion *one = arg;
    size_t len = strlen(one->office->prefix);
    memcpy(one->folder, one->office->prefix, len);
    memset(one->folder + len, 'X', MADE_UP); // which mkdtemp makes up
    one->folder[len + MADE_UP] = '\0';
    if (mkdtemp(one->folder) == NULL) {
        one->good = err_set(&one->err, ERR_UNAVAILABLE, "no folder can be made in /tmp: %s",
                            strerror(errno));
        return;
    }
    one->good = document_put(one, &one->err) && run_all(one, &one->err) && pdf_take(one, &one->err);
    folder_remove(one->folder);
}

static void done(void *arg)
{
    struct conversion *one = arg;
    one->office->waiting--;
    if (!one->good && one->err.code == ERR_NONE) { // it was dropped before its turn
        err_fill(&one->err, ERR_UNAVAILABLE, "the server ends");
    }
    one->done(one->arg, one->good ? &one->pdf : NULL, &one->err);
    jail_close(&one->document);
    buf_free(&one->pdf);
    free(one);
}

bool web_office_convert(struct web_office *office, int document, const char *ending,
                        void (*then)(void *arg, struct buf *pdf, const struct err *err), void *arg)
{
    struct conversion *one = mem_new(sizeof(*one));
    *one = (struct conversion){ .office = office,
                                .document = document,
                                .ending = ending,
                                .done = then,
                                .arg = arg,
                                .pdf = BUF_CAP(WEB_OFFICE_PDF_MAX) };
    if (office->waiting >= WEB_OFFICE_WAITING_MAX || !net_pool_run(office->pool, work, done, one)) {
        jail_close(&one->document);
        free(one);
        return false;
    }
    office->waiting++;
    return true;
}

struct web_office *web_office_new(struct net_loop *loop, const char *program, const char *data)
{
    struct web_office *office = mem_new(sizeof(*office));
    uint32_t hash = 2166136261U; // FNV-1a
    for (const char *at = data; *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    }
    (void)snprintf(office->prefix, sizeof(office->prefix), "/tmp/quoin-office-%08x-", hash);
    office->is_here = find_program(program, office->program) && find_worker(office->worker);
    office->pool = net_pool_new(loop, 1);
    folders_sweep(office);
    return office;
}

void web_office_free(struct web_office **office)
{
    if (*office != NULL) {
        net_pool_free(&(*office)->pool);
        free(*office);
        *office = NULL;
    }
}
