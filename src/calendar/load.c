// load: see load.h.

#include "calendar/load.h"

#include "base/fs.h"
#include <unistd.h>

#define LOAD_FOLDER "/usr/share/zoneinfo/"

// No way out of the folder: parts of letters, digits and _ + -, none of which begins with a dot.
static bool load_is_name(struct str name)
{
    char before = '/';
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '+' || c == '-' || (c == '/' && before != '/');
        if (!good) {
            return false;
        }
        before = c;
    }
    return name.len > 0 && name.len <= CALENDAR_NAME_MAX && before != '/';
}

bool calendar_zone_load(struct str name, struct arena *arena, const struct calendar_zone **zone,
                        struct err *err)
{
    char path[sizeof(LOAD_FOLDER) + CALENDAR_NAME_MAX + 1] = LOAD_FOLDER;
    OWN(buf_free) struct buf bytes = BUF_CAP(CALENDAR_FILE_MAX);
    if (!load_is_name(name)) {
        return err_set(err, ERR_INVALID,
                       "\"%.*s\" is no name of a time zone, such as Europe/Berlin",
                       (int)(name.len < 80 ? name.len : 80), name.ptr);
    }
    if (str_eq(name, STR("UTC"))) {
        *zone = calendar_zone_utc();
        return true;
    }
    memcpy(path + sizeof(LOAD_FOLDER) - 1, name.ptr, name.len);
    if (!fs_read(path, &bytes, err)) {
        return err->code == ERR_NOT_FOUND
                   ? err_set(err, ERR_NOT_FOUND,
                             "this machine knows no time zone \"%.*s\"; is package tzdata there?",
                             (int)name.len, name.ptr)
                   : err_in(err, "time zone %.*s", (int)name.len, name.ptr);
    }
    return calendar_zone_read(buf_str(&bytes), name, arena, zone, err) ||
           err_in(err, "time zone %.*s", (int)name.len, name.ptr);
}

void calendar_zone_here(char name[static CALENDAR_NAME_MAX + 1])
{
    static const char mark[] = "/zoneinfo/";
    char target[256];
    ssize_t len = readlink("/etc/localtime", target, sizeof(target) - 1);
    memset(name, 0, CALENDAR_NAME_MAX + 1);
    memcpy(name, "UTC", 3);
    if (len <= 0) {
        return;
    }
    target[len] = '\0';
    const char *at = strstr(target, mark);
    struct str found = str_of(at == NULL ? "" : at + sizeof(mark) - 1);
    if (load_is_name(found)) {
        memset(name, 0, CALENDAR_NAME_MAX + 1);
        memcpy(name, found.ptr, found.len);
    }
}
