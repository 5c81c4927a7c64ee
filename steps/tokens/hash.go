package tokens

// goldenRatio is 2^64 divided by the golden ratio, the multiplier of Fibonacci hashing (Knuth, The Art of Computer
// Programming 3, section 6.4).
const goldenRatio = 0x9E3779B97F4A7C15

// pack makes one word of 1 to maxShort bytes: the bytes, the first one lowest, and the length in the highest byte. It
// reads four bytes from either end, which may overlap, since a byte read twice lands in the same place twice.
func pack(s string) uint64 {
	n := len(s)
	key := uint64(n) << 56
	if n >= 4 {
		return key | uint64(load32(s, 0)) | uint64(load32(s, n-4))<<(8*(n-4))
	}
	return key | uint64(s[0]) | uint64(s[n/2])<<(8*(n/2)) | uint64(s[n-1])<<(8*(n-1))
}

// packAt is pack(s[i:j]), with one load wherever s does not end too soon.
func packAt(s string, i, j int) uint64 {
	if i+8 > len(s) {
		return pack(s[i:j])
	}
	size := uint64(j - i)
	return load64(s, i)&(1<<(8*size)-1) | size<<56
}

// hashWord spreads a word over the high bits, which is where the tables look.
func hashWord(w uint64) uint64 {
	w ^= w >> 32
	return w * goldenRatio
}

// hashLong hashes a string of more than maxShort bytes, eight at a time; the last eight may overlap those before.
func hashLong(s string) uint64 {
	hash := uint64(len(s))
	for i := 0; i+8 < len(s); i += 8 {
		hash = (hash ^ load64(s, i)) * goldenRatio
		hash ^= hash >> 32
	}
	return hashWord(hash ^ load64(s, len(s)-8))
}

func load32(s string, i int) uint32 {
	s = s[i : i+4]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func load64(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
