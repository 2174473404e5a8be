// What a queue can do stands in its TXT record; no string is over what DNS-SD takes.

#include "announce/txt.h"

#include "lib/tap.h"

static bool has(const struct announce_txt *txt, const char *string)
{
    for (size_t at = 0; at < txt->count; at++) {
        if (strcmp(txt->strings[at], string) == 0) {
            return true;
        }
    }
    return false;
}

static void test_what_a_queue_can_do(void)
{
    struct announce_queue queue = { .name = "office",
                                    .host = "print",
                                    .note = "Hall",
                                    .make = "Quoin Queue",
                                    .uuid = "01234567-89ab-cdef-0123-456789abcdef",
                                    .port = 8631,
                                    .color = true,
                                    .duplex = true };
    struct announce_txt txt;
    announce_txt_make(&queue, &txt);
    CHECK(strcmp(txt.strings[0], "txtvers=1") == 0);
    CHECK(has(&txt, "rp=ipp/print/office") && has(&txt, "note=Hall") && has(&txt, "Color=T") &&
          has(&txt, "Duplex=T") && has(&txt, "Staple=F") && has(&txt, "ty=Quoin Queue") &&
          has(&txt, "product=(Quoin Queue)"));
    CHECK(has(&txt, "URF=V1.4,CP1,PQ3-4-5,RS300-600,W8,SRGB24,DM1"));
    CHECK(has(&txt, "UUID=01234567-89ab-cdef-0123-456789abcdef"));
    queue.duplex = false;
    queue.color = false;
    announce_txt_make(&queue, &txt);
    CHECK(has(&txt, "URF=V1.4,CP1,PQ3-4-5,RS300-600,W8") && has(&txt, "Duplex=F"));
}

static void test_names_are_cut_between_characters(void)
{
    struct announce_queue queue = { .name = "office", .host = "print" };
    char name[ANNOUNCE_NAME_MAX + 1];
    announce_name_make(&queue, 0, name);
    CHECK(strcmp(name, "office @ print") == 0);
    announce_name_make(&queue, 1, name);
    CHECK(strcmp(name, "office @ print #2") == 0);
    memset(queue.host, 'h', sizeof(queue.host) - 1);
    for (size_t at = 0; at + 2 < sizeof(queue.info); at += 2) {
        memcpy(queue.info + at, "\xc3\xbc", 2);
    }
    announce_name_make(&queue, 19, name);
    CHECK(strlen(name) <= ANNOUNCE_NAME_MAX && strstr(name, "\xbc @ h") != NULL);
}

int main(void)
{
    test_what_a_queue_can_do();
    test_names_are_cut_between_characters();
    return tap_done();
}
