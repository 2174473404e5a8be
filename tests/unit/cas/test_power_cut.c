// The power goes while the site works: what was written and not synced may be there or not.
// Whatever of it is lost, ledger, history, quotas, accounts and configuration are as they were
// after one and the same request: the last that was answered, or the one under way. The site then
// goes on, and what is asked again under its key is done once.
//
// SQLite writes through a VFS that keeps what each file was at its last sync. Before every sync the
// site is copied four times: database and log each as synced or as written.
#include "unit/cas/fixture.h"

#include "cas/cas_int.h"
#include "proto/quota.pb-c.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 2, STEPS = 4 * ROUNDS, CUTS = 200, VARIANTS = 4, PATH_LEN = 400 };

struct cut {
    int acknowledged; // steps
    char folder[120];
};

static struct cut cuts[CUTS];
static int cut_count;
static int acknowledged = -1; // not watched
static char cut_root[100];
static sqlite3_vfs *real_vfs;

// ---- files as they are at a cut ----------------------------------------------------------------

// Holes stay holes: the log is laid out long before it is written.
static void copy_if_there(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) {
        return; // nothing was synced yet
    }
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    off_t size = lseek(in, 0, SEEK_END);
    off_t at = lseek(in, 0, SEEK_DATA);
    bool ok = out >= 0 && ftruncate(out, size) == 0;
    while (ok && at >= 0 && at < size) {
        ssize_t len = pread(in, bytes, sizeof(bytes), at);
        ok = len > 0 && pwrite(out, bytes, (size_t)len, at) == len;
        at = ok ? lseek(in, at + len, SEEK_DATA) : at;
    }
    if (!ok) {
        CHECK(false); // a file could not be copied
    }
    (void)close(in);
    (void)close(out);
}

static void copy_one(const char *database, const char *suffix, bool synced, const char *folder)
{
    char from[2 * PATH_LEN];
    char to[2 * PATH_LEN];
    (void)snprintf(from, sizeof(from), "%s%s%s", database, suffix, synced ? ".synced" : "");
    (void)snprintf(to, sizeof(to), "%s/site.db%s", folder, suffix);
    copy_if_there(from, to);
}

static void cut_here(void)
{
    const char *database = fixture_dsn + strlen("sqlite:");
    if (acknowledged < 0 || cut_count + VARIANTS > CUTS) {
        return;
    }
    for (int variant = 0; variant < VARIANTS; variant++) {
        struct cut *cut = &cuts[cut_count];
        cut->acknowledged = acknowledged;
        (void)snprintf(cut->folder, sizeof(cut->folder), "%s/cut%d", cut_root, cut_count++);
        (void)mkdir(cut->folder, 0700);
        copy_one(database, "", (variant & 1) != 0, cut->folder);
        copy_one(database, "-wal", (variant & 2) != 0, cut->folder);
    }
}

// ---- the VFS -----------------------------------------------------------------------------------

struct file {
    sqlite3_file base;
    char name[PATH_LEN];
    sqlite3_file *real; // behind this
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct file *)(void *)file)->real;
}

#define FORWARD(name, parameters, call)                                                            \
    static int name parameters                                                                     \
    {                                                                                              \
        sqlite3_file *real = real_of(file);                                                        \
        return real->pMethods->call;                                                               \
    }
FORWARD(file_close, (sqlite3_file * file), xClose(real))
FORWARD(file_read, (sqlite3_file * file, void *to, int len, sqlite3_int64 at),
        xRead(real, to, len, at))
FORWARD(file_write, (sqlite3_file * file, const void *from, int len, sqlite3_int64 at),
        xWrite(real, from, len, at))
FORWARD(file_truncate, (sqlite3_file * file, sqlite3_int64 size), xTruncate(real, size))
FORWARD(file_size, (sqlite3_file * file, sqlite3_int64 *size), xFileSize(real, size))
FORWARD(file_lock, (sqlite3_file * file, int lock), xLock(real, lock))
FORWARD(file_unlock, (sqlite3_file * file, int lock), xUnlock(real, lock))
FORWARD(file_reserved, (sqlite3_file * file, int *out), xCheckReservedLock(real, out))
FORWARD(file_control, (sqlite3_file * file, int op, void *arg), xFileControl(real, op, arg))
FORWARD(file_sector, (sqlite3_file * file), xSectorSize(real))
FORWARD(file_device, (sqlite3_file * file), xDeviceCharacteristics(real))
FORWARD(file_shm_map, (sqlite3_file * file, int page, int size, int extend, void volatile **out),
        xShmMap(real, page, size, extend, out))
FORWARD(file_shm_lock, (sqlite3_file * file, int offset, int n, int flags),
        xShmLock(real, offset, n, flags))
FORWARD(file_shm_unmap, (sqlite3_file * file, int remove), xShmUnmap(real, remove))

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_sync(sqlite3_file *file, int flags)
{
    const char *name = ((struct file *)(void *)file)->name;
    char synced[2 * PATH_LEN];
    cut_here();
    int result = real_of(file)->pMethods->xSync(real_of(file), flags);
    (void)snprintf(synced, sizeof(synced), "%s.synced", name);
    if (result == SQLITE_OK && name[0] != '\0') {
        copy_if_there(name, synced);
    }
    return result;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 2, // not mapped: all is written through xWrite
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct file *made = (struct file *)(void *)file;
    (void)vfs;
    made->base.pMethods = NULL;
    made->real = (sqlite3_file *)(void *)(made + 1);
    (void)snprintf(made->name, sizeof(made->name), "%s", name == NULL ? "" : name);
    int result = real_vfs->xOpen(real_vfs, name, made->real, flags, out);
    if (made->real->pMethods != NULL) {
        made->base.pMethods = &file_methods;
    }
    return result;
}

static bool vfs_begin(void)
{
    static sqlite3_vfs vfs;
    real_vfs = sqlite3_vfs_find(NULL);
    if (real_vfs == NULL) {
        return false;
    }
    vfs = *real_vfs;
    vfs.pNext = NULL;
    vfs.zName = "power";
    vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
    vfs.xOpen = vfs_open;
    return sqlite3_vfs_register(&vfs, 1) == SQLITE_OK;
}

// ---- what the site does ------------------------------------------------------------------------

static bool limit_pages(uint8_t key, int64_t most)
{
    Quoin__V1__SetQuotaRequest request = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    quota.name = text_of("pages");
    quota.unit = text_of("pages");
    quota.period = text_of("always");
    quota.each = text_of("all");
    quota.most = most;
    request.key = key_of(key);
    request.quota = &quota;
    return ask(&request.base) != NULL;
}

// A round: somebody new, a charge set aside and settled, a change of the configuration.
static bool do_step(int step)
{
    uint8_t round = (uint8_t)(step / 4);
    switch (step % 4) {
    case 0: return add_person((uint8_t)(50 + round), arena_textf(&arena, "p%u", round), 0) != NULL;
    case 1: return reserve((uint8_t)(100 + round), "mary", 2, 0) != NULL;
    case 2: return settle((uint8_t)(150 + round), (uint8_t)(100 + round), 2, 0) != NULL;
    default: return limit_pages((uint8_t)(200 + round), 1001 + round);
    }
}

static bool pages_are(int64_t used, int64_t reserved, int64_t most)
{
    Quoin__V1__ListQuotaUseRequest request = QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    request.quota = text_of("pages");
    request.subject = text_of("all");
    const Quoin__V1__ListQuotaUseReply *reply = ask(&request.base);
    return reply != NULL && reply->n_uses == 1 && reply->uses[0]->used == used &&
           reply->uses[0]->reserved == reserved && reply->uses[0]->most == most;
}

static int64_t income(void)
{
    struct ledger_account account;
    bool found;
    return ledger_account_find(cas_ledger(cas), STR("income:print"), &account, &found, &err) &&
                   found
               ? account.state.balance.units
               : 0;
}

// Whether every table is as it was after so many steps.
static bool is_after(int steps, int64_t changes)
{
    int64_t people = (steps + 3) / 4;
    int64_t reserved = (steps + 2) / 4;
    int64_t settled = (steps + 1) / 4;
    int64_t limits = steps / 4;
    struct history_counts counts;
    int64_t version;
    struct err why;
    bool ok = history_count(cas->history, STR("mary"), 0, 0, &counts, &why) &&
              config_version(cas->config, &version, &why);
    return ok && counts.jobs == reserved && counts.pages == 2 * reserved &&
           income() == settled * 10000 && version == changes + limits &&
           pages_are(2 * settled, 2 * (reserved - settled), 1000 + limits) &&
           (people == 0 || get_person(arena_textf(&arena, "p%d", (int)people - 1)) != NULL) &&
           get_person(arena_textf(&arena, "p%d", (int)people)) == NULL;
}

static bool is_kept(const struct cut *cut, int64_t changes)
{
    struct err why = { 0 };
    (void)snprintf(fixture_dsn, sizeof(fixture_dsn), "sqlite:%s/site.db", cut->folder);
    (void)snprintf(fixture_witness, sizeof(fixture_witness), "%s/witness", cut->folder);
    arena_reset(&arena);
    if (!fixture_open() || !ledger_audit(cas_ledger(cas), &why)) {
        printf("# %s: %s%s\n", cut->folder, err.text, why.text);
        return false;
    }
    bool ok = is_after(cut->acknowledged, changes) || is_after(cut->acknowledged + 1, changes);
    int goes_on = cut->acknowledged + 2 < STEPS ? cut->acknowledged + 2 : STEPS;
    for (int step = cut->acknowledged; ok && step < goes_on; step++) {
        ok = do_step(step); // the first is asked again, where it was done
    }
    ok = ok && is_after(goes_on, changes) && ledger_audit(cas_ledger(cas), &why);
    cas_close(&cas);
    return ok;
}

int main(void)
{
    int64_t changes;
    int kept = 0;
    bool done = true;
    if (store_is_postgres()) { // its server has files of its own
        printf("1..0 # skip SQLite's files\n");
        return 0;
    }
    CHECK(vfs_begin());
    role = "admin";
    fixture_begin();
    (void)snprintf(cut_root, sizeof(cut_root), "%.*s",
                   (int)(strlen(fixture_witness) - strlen("/witness")), fixture_witness);
    CHECK(fixture_open() && add_person(1, "mary", 1000000) != NULL && limit_pages(2, 1000));
    CHECK(config_version(cas->config, &changes, &err));
    for (acknowledged = 0; done && acknowledged < STEPS; acknowledged++) {
        done =
            do_step(acknowledged) && (acknowledged % 4 != 1 || db_checkpoint(cas_db(cas), 1, &err));
    }
    CHECK(done);
    acknowledged = -1;
    CHECK(is_after(STEPS, changes));
    cas_close(&cas);
    for (int i = 0; i < cut_count; i++) {
        bool ok = is_kept(&cuts[i], changes);
        kept += ok;
        if (!ok) {
            printf("# after %d steps, variant %d\n", cuts[i].acknowledged, i % VARIANTS);
            cas_close(&cas);
        }
    }
    CHECK(cut_count >= 4 * ROUNDS && kept == cut_count);
    printf("# %d cuts\n", cut_count);
    return fixture_end();
}
