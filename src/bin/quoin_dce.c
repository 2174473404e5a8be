// quoin-dce: the device control engine, SM-PAS-2.

#include "dce/dce.h"

int main(int argc, char **argv)
{
    return dce_main(argc, argv);
}
