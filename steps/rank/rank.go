// Package rank gives every choice that looks random its one meaning: the things with the smallest hash of (seed,
// identity) are chosen. Such a choice is uniform, needs no order and no second worker's word, can be merged (keep the
// smallest of the smallest), and is nested: asking for more only adds.
//
// The hash is SHA-256, cut to its first 64 bits, over an encoding in which no two lists of parts are alike. It will
// never change, because every sample ever drawn would change with it; the test vectors of this package hold it fast.
//
// The package never draws from a stream of random numbers, keeps no state between calls and reads nothing.
package rank

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash returns the rank of an identity, given as one or more parts, under a seed. Equal arguments give equal ranks on
// every machine for ever; ranks of different arguments are independent and uniform over all 64-bit numbers.
//
// What is hashed: the seed and the number of parts, then each part after its length in bytes; all numbers as 8 bytes,
// little endian. So ("ab", "c") and ("a", "bc") differ. The rank is the first 8 bytes of the SHA-256, big endian.
//
// Among a million identities two share a rank with a chance of 3 in 10⁸ (n²/2⁶⁵), so whoever sorts by rank must settle
// a tie, by the identity itself; a tie then costs neither uniformity nor determinism.
func Hash(seed int64, parts ...string) uint64 {
	buf := make([]byte, 0, 192)
	buf = binary.LittleEndian.AppendUint64(buf, uint64(seed))
	buf = binary.LittleEndian.AppendUint64(buf, uint64(len(parts)))
	for _, p := range parts {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(p)))
		buf = append(buf, p...)
	}
	sum := sha256.Sum256(buf)
	return binary.BigEndian.Uint64(sum[:8])
}
