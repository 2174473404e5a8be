// quoin-dme: the device monitoring engine, SM-PAS-5.

#include "dme/dme.h"

int main(int argc, char **argv)
{
    return dme_main(argc, argv);
}
