// ports/package: FOLDER/info/PACKAGE.list (or PACKAGE:ARCHITECTURE.list) has a path a line,
// FOLDER/status a paragraph a package. dpkg is not run.
#include "ports/package.h"

#include "base/buf.h"
#include "base/fs.h"
#include <dirent.h>
#include <stdio.h>

enum { LIST_MAX = 16 << 20, STATUS_MAX = 64 << 20, PATH_MAX_ = 512 };

static bool has_line(struct str text, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = text.ptr; (size_t)(at - text.ptr) < text.len;) {
        size_t left = text.len - (size_t)(at - text.ptr);
        const char *found = memmem(at, left, line, len);
        if (found == NULL) {
            return false;
        }
        size_t end = (size_t)(found - text.ptr) + len;
        if ((found == text.ptr || found[-1] == '\n') &&
            (end == text.len || text.ptr[end] == '\n')) {
            return true;
        }
        at = found + 1;
    }
    return false;
}

// "/usr/bin/x" may be in the list as "/bin/x", and the other way: the folders were merged.
static const char *other_name(const char *program, char *other, size_t size)
{
    bool under_usr = strncmp(program, "/usr/", 5) == 0;
    (void)snprintf(other, size, "%s%s", under_usr ? "" : "/usr", under_usr ? program + 4 : program);
    return other;
}

static bool find_list(const char *folder, const char *program, char *package, size_t size)
{
    char path[PATH_MAX_];
    char other[PATH_MAX_];
    (void)snprintf(path, sizeof(path), "%s/info", folder);
    DIR *info = opendir(path);
    bool found = false;
    if (info == NULL) {
        return false;
    }
    (void)other_name(program, other, sizeof(other));
    OWN(buf_free) struct buf list = BUF_CAP(LIST_MAX);
    for (const struct dirent *entry = readdir(info); entry != NULL && !found;
         entry = readdir(info)) {
        struct err ignored; // it is about another package
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".list") != 0) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/info/%s", folder, entry->d_name);
        list.len = 0;
        if (fs_read(path, &list, &ignored) &&
            (has_line(buf_str(&list), program) || has_line(buf_str(&list), other))) {
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
    if (!find_list(folder, program, text, size)) {
        return false;
    }
    add_version(folder, text, size);
    return true;
}
