// round: see round.h. A file a job, named by the hash of the job's name; it holds a
// number, and "+" behind it once that round is being sent.

#include "cupsd/round.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/enc.h"
#include "base/fs.h"
#include "base/num.h"
#include "crypto/hash.h"
#include "svc/pki.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool folder_of(const char *data, char path[static SVC_PATH_MAX], struct err *err)
{
    int len = snprintf(path, SVC_PATH_MAX, "%s/agent/rounds", data);
    return (len > 0 && len < SVC_PATH_MAX - 80) ||
           err_set(err, ERR_INVALID, "the path of the data folder is too long");
}

static bool path_of(const char *data, const char *name, char path[static SVC_PATH_MAX],
                    struct err *err)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    OWN(buf_free) struct buf hex = BUF_CAP((size_t)2 * CRYPTO_HASH_LEN);
    if (!folder_of(data, path, err)) {
        return false;
    }
    crypto_hash_of(str_of(name), hash);
    enc_hex_add(&hex, hash, sizeof(hash));
    size_t len = strlen(path);
    (void)snprintf(path + len, SVC_PATH_MAX - len, "/%.*s", (int)hex.len, hex.ptr);
    return true;
}

uint32_t cupsd_round_of(const char *data, const char *name, bool *is_begun)
{
    char path[SVC_PATH_MAX];
    OWN(buf_free) struct buf file = BUF_CAP(16);
    struct err ignored; // it never ended
    uint64_t round = 0;
    *is_begun = false;
    if (!path_of(data, name, path, &ignored) || !fs_read(path, &file, &ignored)) {
        return 0;
    }
    struct str text = buf_str(&file);
    *is_begun = text.len > 0 && text.ptr[text.len - 1] == '+';
    text.len -= *is_begun ? 1 : 0;
    return num_u64(text, UINT32_MAX, &round) ? (uint32_t)round : 0;
}

static void sweep(const char *folder)
{
    DIR *dir = opendir(folder);
    int64_t before = clk_wall_ms() / 1000 - CUPSD_ROUNDS_KEPT_S;
    const struct dirent *entry = dir == NULL ? NULL : readdir(dir);
    for (; entry != NULL; entry = readdir(dir)) {
        struct stat found;
        if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &found, 0) == 0 &&
            found.st_mtime < before) {
            (void)unlinkat(dirfd(dir), entry->d_name, 0); // else it is tried the next time
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

static bool keep(const char *data, const char *name, const char *text, struct err *err)
{
    char folder[SVC_PATH_MAX];
    char path[SVC_PATH_MAX];
    if (!folder_of(data, folder, err) || !path_of(data, name, path, err) ||
        !fs_make_folder(folder, err)) {
        return false;
    }
    sweep(folder);
    return fs_replace(path, str_of(text), 0600, err);
}

bool cupsd_round_begin(const char *data, const char *name, uint32_t round, struct err *err)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%u+", round);
    return keep(data, name, text, err);
}

bool cupsd_round_end(const char *data, const char *name, uint32_t round, struct err *err)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%u", round + 1);
    return keep(data, name, text, err);
}
