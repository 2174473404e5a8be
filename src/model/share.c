// share: see share.h.

#include "model/share.h"

#include "base/num.h"
#include <assert.h>

static bool share_weights(const struct share *shares, size_t count, int64_t *sum)
{
    *sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (shares[i].weight < 0 || shares[i].most < 0 || !num_add(*sum, shares[i].weight, sum)) {
            return false;
        }
    }
    return *sum > 0;
}

// One unit to each of the largest remainders that have room, until nothing is left.
static void share_remainders(struct share *shares, const uint64_t *rests, size_t count,
                             int64_t *left)
{
    bool given[SHARE_COUNT_MAX] = { false };
    for (size_t turn = 0; turn<count && * left> 0; turn++) {
        size_t best = count;
        for (size_t i = 0; i < count; i++) {
            if (!given[i] && rests[i] > 0 && shares[i].amount.units < shares[i].most &&
                (best == count || rests[i] > rests[best])) {
                best = i;
            }
        }
        if (best == count) {
            return;
        }
        given[best] = true;
        shares[best].amount.units++;
        (*left)--;
    }
}

bool share_out(struct money total, struct share *shares, size_t count)
{
    uint64_t rests[SHARE_COUNT_MAX];
    int64_t sum;
    int64_t left = total.units;
    if (total.units < 0 || count == 0 || count > SHARE_COUNT_MAX ||
        !share_weights(shares, count, &sum)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t part;
        if (!num_mul_div((uint64_t)total.units, (uint64_t)shares[i].weight, (uint64_t)sum, &part,
                         &rests[i])) {
            return false;
        }
        shares[i].amount.units = (int64_t)part < shares[i].most ? (int64_t)part : shares[i].most;
        left -= shares[i].amount.units;
    }
    share_remainders(shares, rests, count, &left);
    for (size_t i = 0; i < count && left > 0; i++) {
        int64_t room = shares[i].weight == 0 ? 0 : shares[i].most - shares[i].amount.units;
        int64_t more = left < room ? left : room;
        shares[i].amount.units += more;
        left -= more;
    }
    return left == 0;
}

static bool share_has_room(const struct share *share)
{
    return share->weight > 0 && share->amount.units < share->most;
}

static size_t share_largest(const struct share *shares, size_t count)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++) {
        if (share_has_room(&shares[i]) &&
            (best == count || shares[i].amount.units > shares[best].amount.units ||
             (shares[i].amount.units == shares[best].amount.units &&
              shares[i].weight > shares[best].weight))) {
            best = i;
        }
    }
    return best;
}

bool share_out_by(struct money total, int64_t step, struct share *shares, size_t count)
{
    struct share steps[SHARE_COUNT_MAX];
    assert(step > 0);
    if (step == 1 || total.units < 0 || count > SHARE_COUNT_MAX) {
        return share_out(total, shares, count);
    }
    int64_t whole = total.units / step;
    int64_t room = 0;
    for (size_t i = 0; i < count; i++) {
        steps[i] = shares[i];
        steps[i].most = shares[i].most / step;
        if (shares[i].weight > 0 && !num_add(room, steps[i].most, &room)) {
            room = INT64_MAX;
        }
    }
    whole = whole < room ? whole : room;
    if (!share_out((struct money){ whole }, steps, count)) {
        return false;
    }
    int64_t left = total.units - whole * step;
    for (size_t i = 0; i < count; i++) {
        shares[i].amount.units = steps[i].amount.units * step;
    }
    for (size_t i = share_largest(shares, count); left > 0 && i < count;
         i = share_largest(shares, count)) {
        int64_t free = shares[i].most - shares[i].amount.units;
        int64_t more = left < free ? left : free;
        shares[i].amount.units += more;
        left -= more;
    }
    return left == 0;
}
