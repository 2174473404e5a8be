// Whatever a printer, a CUPS, an announcement or the table of neighbours says: texts stay plain and
// short, and all of it merges.
#include "device/found.h"

#include "base/enc.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(struct str text)
{
    assert(text.len <= DEVICE_TEXT_MAX && enc_is_plain(text));
}

static size_t read_message(struct str all, struct arena *arena, struct device_find *finds)
{
    struct ipp_msg msg;
    struct err err;
    size_t count = 0;
    if (!ipp_msg_decode(all, &IPP_CAPS_RESPONSE, arena, &msg, &err)) {
        return 0;
    }
    device_find_ipp(&msg, STR("10.0.0.7"), STR("ipp://10.0.0.7:631/ipp/print"), arena, finds);
    count++;
    for (struct ipp_group *group = msg.groups; group != NULL && count < 8; group = group->next) {
        count += device_find_queue(group, arena, &finds[count]);
    }
    return count;
}

static size_t read_announced(struct str all, struct arena *arena, struct device_find *find)
{
    struct str txt[64];
    struct device_announced seen = { .name = all,
                                     .type = STR("_ipp._tcp"),
                                     .host = all,
                                     .address = STR("10.0.0.7"),
                                     .port = 631,
                                     .txt = txt };
    size_t first = 0;
    for (size_t at = 0; at <= all.len && seen.txt_count < 64; at++) {
        if (at == all.len || all.ptr[at] == '\n') {
            txt[seen.txt_count++] = (struct str){ all.ptr + first, at - first };
            first = at + 1;
        }
    }
    device_find_announced(&seen, arena, find);
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_CAP(8 << 20);
    struct device_find finds[10];
    struct device_found *list = NULL;
    struct str all = { (const char *)bytes, len };
    size_t found = 0;
    size_t count = read_message(all, &arena, finds);
    count += read_announced(all, &arena, &finds[count]);
    for (size_t at = 0; at < count; at++) {
        check(finds[at].name);
        check(finds[at].make_and_model);
        check(finds[at].serial);
        check(finds[at].location);
        assert(finds[at].uuid.len == 0 || finds[at].uuid.len == DEVICE_UUID_TEXT);
        check(device_find_mac(all, finds[at].address, &arena));
    }
    if (device_found_merge(finds, count, &arena, &list, &found)) {
        size_t sum = 0;
        for (size_t at = 0; at < found; at++) {
            sum += list[at].find_count;
            assert(device_found_name(&list[at], &arena).len > 0);
            (void)device_found_is(&list[at], all, all);
            (void)device_found_host_key(all, &arena);
        }
        assert(sum == count);
    }
    arena_free(&arena);
    return 0;
}
