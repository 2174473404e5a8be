// ports/package: FOLDER/info/PACKAGE.list (or PACKAGE:ARCHITECTURE.list) has a path a line,
// FOLDER/status a paragraph a package. dpkg is not run.
#include "ports/package.h"

#include "base/buf.h"
#include "base/fs.h"
#include <dirent.h>
#include <stdio.h>

enum { LIST_MAX = 16 << 20, STATUS_MAX = 64 << 20, PATH_MAX_ = 512 };

// The folders were merged: "/usr/bin/x" may be in the list as "/bin/x", and the other way.
static bool has_program(struct str text, const char *program)
{
    const char *tail = strncmp(program, "/usr/", 5) == 0 ? program + 4 : program;
    size_t len = strlen(tail);
    for (const char *at = text.ptr; (size_t)(at - text.ptr) < text.len;) {
        const char *found = memmem(at, text.len - (size_t)(at - text.ptr), tail, len);
        if (found == NULL) {
            return false;
        }
        const char *start = found;
        if (found - text.ptr >= 4 && memcmp(found - 4, "/usr", 4) == 0) {
            start = found - 4;
        }
        size_t end = (size_t)(found - text.ptr) + len;
        if ((start == text.ptr || start[-1] == '\n') &&
            (end == text.len || text.ptr[end] == '\n')) {
            return true;
        }
        at = found + 1;
    }
    return false;
}

// What no package of the distribution puts anything into.
static bool is_outside(const char *program)
{
    static const char *const folders[] = { "/usr/local/", "/home/", "/root/", "/tmp/",
                                           "/run/",       "/mnt/",  "/media/" };
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (strncmp(program, folders[i], strlen(folders[i])) == 0) {
            return true;
        }
    }
    return program[0] != '/';
}

// Most packages begin as their programs do: those are read first.
static bool is_likely(const char *list, const char *program)
{
    enum { ALIKE = 3 };
    const char *slash = strrchr(program, '/');
    return slash != NULL && strncmp(list, slash + 1, ALIKE) == 0;
}

static bool find_list(const char *folder, const char *program, bool likely, char *package,
                      size_t size)
{
    char path[PATH_MAX_];
    (void)snprintf(path, sizeof(path), "%s/info", folder);
    DIR *info = opendir(path);
    bool found = false;
    if (info == NULL) {
        return false;
    }
    OWN(buf_free) struct buf list = BUF_CAP(LIST_MAX);
    for (const struct dirent *entry = readdir(info); entry != NULL && !found;
         entry = readdir(info)) {
        struct err ignored; // it is about another package
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".list") != 0 ||
            is_likely(entry->d_name, program) != likely) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/info/%s", folder, entry->d_name);
        list.len = 0;
        if (fs_read(path, &list, &ignored) && has_program(buf_str(&list), program)) {
            size_t len = strcspn(entry->d_name, ":");
            size_t name = (size_t)(dot - entry->d_name);
            (void)snprintf(package, size, "%.*s", (int)(len < name ? len : name), entry->d_name);
            found = true;
        }
    }
    (void)closedir(info);
    return found;
}

static void add_version(const char *folder, char *text, size_t size)
{
    char path[PATH_MAX_];
    char line[PATH_MAX_];
    OWN(buf_free) struct buf status = BUF_CAP(STATUS_MAX);
    struct err ignored; // then the name alone
    (void)snprintf(path, sizeof(path), "%s/status", folder);
    (void)snprintf(line, sizeof(line), "Package: %s\n", text);
    if (!fs_read(path, &status, &ignored)) {
        return;
    }
    const char *at = memmem(status.ptr, status.len, line, strlen(line));
    const char *end = at != NULL ? strstr(at, "\n\n") : NULL;
    const char *version = at != NULL ? strstr(at, "\nVersion: ") : NULL;
    if (version != NULL && (end == NULL || version < end)) {
        version += strlen("\nVersion: ");
        size_t len = strlen(text);
        (void)snprintf(text + len, size - len, " %.*s", (int)strcspn(version, "\n"), version);
    }
}

bool ports_package_find(const char *folder, const char *program, char *text, size_t size)
{
    if (is_outside(program) || (!find_list(folder, program, true, text, size) &&
                                !find_list(folder, program, false, text, size))) {
        return false;
    }
    add_version(folder, text, size);
    return true;
}
