// ports/unit: paths as systemd and the container engines make them:
//
//   /system.slice/cups.service                       /machine.slice/machine-NAME.scope
//   /system.slice/docker-<64 hex>.scope              /docker/<64 hex>
//   …/kubepods-….slice/cri-containerd-<64 hex>.scope …/libpod-<64 hex>.scope
//   /lxc.payload.NAME                                /lxc/NAME
#include "ports/unit.h"

#include <stdio.h>

enum { ID_LEN = 64, ID_SHOWN = 12 };

static bool is_id(struct str text)
{
    if (text.len < ID_LEN) {
        return false;
    }
    for (size_t i = 0; i < ID_LEN; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

static bool ends_with(struct str text, const char *end)
{
    size_t len = strlen(end);
    return text.len > len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

static bool begins_with(struct str text, const char *begin)
{
    size_t len = strlen(begin);
    return text.len > len && memcmp(text.ptr, begin, len) == 0;
}

static void name_container(struct ports_holder *holder, const char *kind, struct str name,
                           size_t most)
{
    (void)snprintf(holder->container, sizeof(holder->container), "%s %.*s", kind,
                   (int)(name.len < most ? name.len : most), name.ptr);
}

static void read_part(struct str part, struct str before, struct ports_holder *holder)
{
    static const char *const engines[][2] = {
        { "docker-", "docker" },
        { "libpod-", "podman" },
        { "cri-containerd-", "containerd" },
        { "crio-", "cri-o" },
    };
    if (ends_with(part, ".service") || ends_with(part, ".scope") || ends_with(part, ".socket")) {
        (void)snprintf(holder->unit, sizeof(holder->unit), "%.*s", (int)part.len, part.ptr);
    }
    for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
        size_t len = strlen(engines[i][0]);
        struct str id = { part.ptr + len, part.len > len ? part.len - len : 0 };
        if (begins_with(part, engines[i][0]) && is_id(id)) {
            name_container(holder, engines[i][1], id, ID_SHOWN);
            return;
        }
    }
    if (begins_with(part, "lxc.payload.")) {
        name_container(holder, "lxc", (struct str){ part.ptr + 12, part.len - 12 }, ID_LEN);
    } else if (str_eq(before, STR("lxc"))) {
        name_container(holder, "lxc", part, ID_LEN);
    } else if (begins_with(part, "machine-") && ends_with(part, ".scope")) {
        name_container(holder, "nspawn", (struct str){ part.ptr + 8, part.len - 14 }, ID_LEN);
    } else if (is_id(part) && part.len == ID_LEN) {
        bool docker = str_eq(before, STR("docker"));
        name_container(holder, docker ? "docker" : "container", part, ID_SHOWN);
    }
}

static void read_path(struct str path, struct ports_holder *holder)
{
    struct str before = { "", 0 };
    while (path.len > 0) {
        const char *slash = memchr(path.ptr, '/', path.len);
        struct str part = { path.ptr, slash != NULL ? (size_t)(slash - path.ptr) : path.len };
        read_part(part, before, holder);
        before = part;
        size_t step = part.len + (slash != NULL ? 1 : 0);
        path = (struct str){ path.ptr + step, path.len - step };
    }
}

void ports_unit_read(struct str text, struct ports_holder *holder)
{
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        struct str line = { text.ptr, end != NULL ? (size_t)(end - text.ptr) : text.len };
        // "0::/path" of cgroup 2, "1:name=systemd:/path": what stands before the path has no "/".
        const char *path = memchr(line.ptr, '/', line.len);
        if (path != NULL) {
            read_path((struct str){ path, line.len - (size_t)(path - line.ptr) }, holder);
        }
        size_t step = line.len + (end != NULL ? 1 : 0);
        text = (struct str){ text.ptr + step, text.len - step };
    }
}
