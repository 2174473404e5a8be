// find: see find.h.

#include "count/find.h"

#include "base/mem.h"
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

struct count_found count_found_in(const char *input_folder)
{
    return (struct count_found){ .input_folder = input_folder,
                                 .arena = ARENA_CAP(COUNT_FIND_BYTES_MAX) };
}

static void entry_add(struct count_found *found, const struct count_entry *entry)
{
    if (found->count == found->room) {
        found->room = found->room == 0 ? 64 : found->room * 2;
        found->entries = mem_grow(found->entries, found->room * sizeof(*entry));
    }
    found->entries[found->count++] = *entry;
    found->bytes += entry->size;
}

static void file_add(struct count_found *found, const char *path, uint64_t size)
{
    const struct count_entry entry = { .path = arena_text(&found->arena, str_of(path)),
                                       .size = size };
    entry_add(found, &entry);
}

static void refused_add(struct count_found *found, const char *path, const char *why)
{
    const struct count_entry entry = { .path = arena_text(&found->arena, str_of(path)),
                                       .why = arena_text(&found->arena, str_of(why)) };
    entry_add(found, &entry);
}

static const char *special_name(mode_t mode)
{
    if (S_ISFIFO(mode)) {
        return "it is a pipe, not a file: send it to standard input and name -";
    }
    return S_ISSOCK(mode) ? "it is a socket, not a file" : "it is a device, not a file";
}

static void meet(struct count_found *found, const FTSENT *met)
{
    bool is_named = met->fts_level == FTS_ROOTLEVEL;
    switch (met->fts_info) {
    case FTS_F: file_add(found, met->fts_path, (uint64_t)met->fts_statp->st_size); break;
    case FTS_SL: found->links++; break;
    case FTS_SLNONE:
        if (is_named) {
            refused_add(found, met->fts_path, "it is a link to nothing");
        } else {
            found->links++;
        }
        break;
    case FTS_DEFAULT:
        if (is_named) {
            refused_add(found, met->fts_path, special_name(met->fts_statp->st_mode));
        } else {
            found->specials++;
        }
        break;
    case FTS_DNR:
    case FTS_NS:
    case FTS_ERR: refused_add(found, met->fts_path, strerror(met->fts_errno)); break;
    default: break; // folders, before and after what is in them
    }
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void fts_drop(FTS **walk)
{
    if (*walk != NULL) {
        (void)fts_close(*walk); // nothing was written
    }
}

bool count_find(const char *path, struct count_found *found, struct err *err)
{
    if (strcmp(path, "-") == 0) {
        const struct count_entry input = { .path = "-", .is_input = true };
        entry_add(found, &input);
        return true;
    }
    char *const roots[] = { (char *)(uintptr_t)path, NULL };
    OWN(fts_drop)
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (walk == NULL) {
        refused_add(found, path, path[0] == '\0' ? "it has no name" : strerror(errno));
        return true;
    }
    errno = 0;
    for (const FTSENT *met = fts_read(walk); met != NULL; met = fts_read(walk)) {
        meet(found, met);
        if (!arena_ok(&found->arena)) {
            return err_set(err, ERR_LIMIT, "too many files below %s: count them folder by folder",
                           path);
        }
        errno = 0;
    }
    if (errno != 0) { // of the walk itself
        refused_add(found, path, strerror(errno));
    }
    return true;
}

void count_found_free(struct count_found *found)
{
    arena_free(&found->arena);
    free(found->entries);
    *found = (struct count_found){ .entries = NULL };
}
