// unpack: a document that is packed with gzip and can only be read as a whole. A jailed worker
// unpacks it over its socket into a sealed memory file, which is then read as the document. No byte
// of it is looked at here.

#include "count/count_int.h"

#include "base/arena.h"
#include "jail/jail.h"
#include <sys/stat.h>

enum { ARENA_MAX = 1 << 20 };

static bool is_packed(const Quoin__V1__DocumentPart *part)
{
    return part->open && strcmp(part->format, COUNT_FORMAT_PACKED) == 0;
}

static const Quoin__V1__DocumentPart *packed_part(const Quoin__V1__DocumentFacts *facts)
{
    const Quoin__V1__DocumentPart *found = NULL;
    for (size_t i = 0; i < facts->n_parts; i++) {
        found = found == NULL && is_packed(facts->parts[i]) ? facts->parts[i] : found;
    }
    return found;
}

static void replace(Quoin__V1__DocumentFacts **facts, Quoin__V1__DocumentFacts *by)
{
    count_facts_free(facts);
    *facts = by;
}

static bool has_reason(char *const *reasons, size_t count, const char *reason)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(reasons[i], reason) == 0) {
            return true;
        }
    }
    return false;
}

// What is inside, with what was said of the outside and of the packing.
static bool merge(const Quoin__V1__DocumentFacts *const said[3], Quoin__V1__DocumentFacts **facts,
                  struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    Quoin__V1__DocumentFacts merged = *said[2];
    size_t room = said[0]->n_reasons + said[1]->n_reasons + said[2]->n_reasons + 1;
    merged.reasons = arena_new_array(&arena, room, sizeof(*merged.reasons));
    if (merged.reasons == NULL) {
        return err_set(err, ERR_LIMIT, "too many notes");
    }
    merged.n_reasons = 0;
    merged.format = (char *)(uintptr_t)COUNT_FORMAT_PACKED;
    merged.reasons[merged.n_reasons++] = (char *)(uintptr_t) "The document is packed with gzip.";
    for (size_t i = 0; i < 3; i++) {
        merged.certainty =
            said[i]->certainty > merged.certainty ? said[i]->certainty : merged.certainty;
        for (size_t k = 0; k < said[i]->n_reasons; k++) {
            if (!has_reason(merged.reasons, merged.n_reasons, said[i]->reasons[k])) {
                merged.reasons[merged.n_reasons++] = said[i]->reasons[k];
            }
        }
    }
    replace(facts, count_facts_copy(&merged));
    return true;
}

// Asks for the document inside the part at this offset. *why: what is wrong with its packing.
static bool unpack(struct count *count, const struct count_unpack *unpack,
                   Quoin__V1__DocumentFacts **why, uint64_t *size, struct err *err)
{
    struct stat about;
    if (!count_ask_unpack(count, unpack, why, err) || !jail_memory_seal(unpack->sink, err)) {
        return false;
    }
    if (fstat(unpack->sink, &about) != 0) {
        return err_set(err, ERR_INTERNAL, "what was unpacked cannot be read");
    }
    *size = (uint64_t)about.st_size;
    return true;
}

bool count_unpack_open(struct count *count, int fd, const struct count_request *request,
                       int *unpacked, Quoin__V1__DocumentFacts **facts, struct err *err)
{
    const Quoin__V1__DocumentPart *part = packed_part(*facts);
    if (part == NULL) {
        return true;
    }
    if ((*facts)->n_parts > 1) {
        replace(facts, count_facts_unknown(COUNT_FORMAT_PACKED,
                                           "A part of the document is packed with gzip, behind "
                                           "others: unpack it and print that."));
        return true;
    }
    OWN(jail_close) int sink = -1;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *why = NULL;
    OWN(count_facts_free) Quoin__V1__DocumentFacts *inside = NULL;
    struct count_request asked = *request;
    struct count_unpack asking = { .request = &asked, .fd = fd };
    asked.ask = COUNT_ASK_UNPACK;
    asked.offset = part->offset;
    if (!jail_memory_file("unpacked", &sink, err)) {
        return false;
    }
    asking.sink = sink;
    if (!unpack(count, &asking, &why, &asked.size, err)) {
        return false;
    }
    if (why->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN) {
        replace(facts, why);
        why = NULL;
        return true;
    }
    asked.ask = COUNT_ASK_FACTS;
    asked.packed = true;
    asked.hint[0] = '\0';
    if (!count_ask_worker(count, sink, &asked, &inside, err)) {
        return false;
    }
    *unpacked = sink;
    sink = -1;
    const Quoin__V1__DocumentFacts *const said[3] = { *facts, why, inside };
    return merge(said, facts, err);
}
