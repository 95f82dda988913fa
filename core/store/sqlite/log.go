package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/manytill/manytill/core/store"
)

// SQLite reads its write-ahead log up to the first frame whose checksum is wrong, without
// a word: a power cut leaves such a frame behind the last commit. A wrong byte in the
// middle does, too, and then every commit behind it would be lost. So the log is read
// before SQLite reads it. A frame that is right but for one byte gets that byte back, if
// only one byte can be it. That is also right if a power cut was the reason: then a commit
// is whole of which nobody was told that it isn't. If several bytes could be the wrong one,
// or if a worse frame has more commits behind it than a power cut can leave, the log is
// refused.

// The log's format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
const (
	logHead     = 32
	frameHead   = 24
	logMagic    = 0x377f0682 // the last bit is set if checksums are of big-endian words
	logVersion  = 3007000
	afterACrash = 2 // commits that aren't flushed: one that moves the journal, and one more
)

// flaw is a byte that is wrong.
type flaw struct {
	at         int64
	is, should byte
}

func (f flaw) String() string {
	return fmt.Sprintf("byte %d of the write-ahead log, which is %#02x and should be %#02x", f.at, f.is, f.should)
}

// logReader reads frames one after another.
type logReader struct {
	file  io.ReaderAt
	head  [logHead]byte
	order binary.ByteOrder
	page  int
	sum   [2]uint32 // of all before the next frame
}

// readLog finds what is wrong in the log of a database. A server may be writing it.
func readLog(path string) (flaws []flaw, err error) {
	f, err := os.Open(path + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for range 10 {
		l := &logReader{file: f}
		flaws, err = l.read()
		var again [logHead]byte
		if _, bad := f.ReadAt(again[:], 0); bad != nil || again == l.head {
			break
		}
		flaws, err = nil, nil // it was begun anew meanwhile
	}
	return flaws, err
}

func (l *logReader) read() (flaws []flaw, err error) {
	if _, err := l.file.ReadAt(l.head[:], 0); err != nil {
		return nil, ignoreEnd(err)
	}
	if !l.begin(l.head[:]) {
		return l.mendHead(), nil
	}
	frame := make([]byte, frameHead+l.page)
	var open []flaw // of the commit under way
	var doubt error
	var other [2]uint32 // what sum is if the doubtful byte is of the checksum itself
	for at := int64(logHead); ; at += int64(len(frame)) {
		if _, err := l.file.ReadAt(frame, at); err != nil {
			return flaws, ignoreEnd(err)
		}
		if doubt != nil && !l.follows(frame) {
			if l.sum = other; !l.follows(frame) {
				return flaws, nil
			}
		} else if !l.follows(frame) {
			wrong := l.mend(frame)
			switch len(wrong) {
			case 0:
				return flaws, l.behind(at, frame)
			case 1:
				open = append(open, flaw{at + wrong[0].at, wrong[0].is, wrong[0].should})
				frame[wrong[0].at] = wrong[0].should
			default:
				doubt, other = l.doubt(at, wrong), l.computed(frame)
			}
			again := make([]byte, len(frame))
			if _, err := l.file.ReadAt(again, at); err != nil || !differsIn(again, frame, wrong) {
				return flaws, ignoreEnd(err) // it is being written
			}
		}
		l.sum = l.recorded(frame)
		if binary.BigEndian.Uint32(frame[4:]) > 0 { // a commit
			flaws, open = append(flaws, open...), nil
			if doubt != nil {
				return flaws, doubt
			}
		}
	}
}

// differsIn reports whether a frame that is read again is still as it was.
func differsIn(again, frame []byte, wrong []flaw) bool {
	if len(wrong) == 1 {
		again[wrong[0].at] ^= wrong[0].is ^ wrong[0].should
	}
	return string(again) == string(frame)
}

func (l *logReader) doubt(at int64, wrong []flaw) error {
	var bytes []string
	for _, f := range wrong {
		bytes = append(bytes, strconv.FormatInt(at+f.at, 10))
	}
	return damagedFile("one of the bytes " + strings.Join(bytes, ", ") + " of its write-ahead log is wrong, and which it is can't be told; what was committed after it would be lost")
}

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// begin takes a header; false if its checksum is wrong.
func (l *logReader) begin(head []byte) bool {
	magic := binary.BigEndian.Uint32(head)
	l.page = int(binary.BigEndian.Uint32(head[8:]))
	if magic&^1 != logMagic || binary.BigEndian.Uint32(head[4:]) != logVersion || l.page < 512 || l.page > 65536 || l.page&(l.page-1) != 0 {
		return false
	}
	l.order = binary.LittleEndian
	if magic&1 == 1 {
		l.order = binary.BigEndian
	}
	l.sum = l.add([2]uint32{}, head[:24])
	return l.sum == [2]uint32{binary.BigEndian.Uint32(head[24:]), binary.BigEndian.Uint32(head[28:])}
}

// add goes on with a checksum over bytes.
func (l *logReader) add(sum [2]uint32, b []byte) [2]uint32 {
	for ; len(b) > 0; b = b[8:] {
		sum[0] += l.order.Uint32(b) + sum[1]
		sum[1] += l.order.Uint32(b[4:]) + sum[0]
	}
	return sum
}

func (l *logReader) recorded(frame []byte) [2]uint32 {
	return [2]uint32{binary.BigEndian.Uint32(frame[16:]), binary.BigEndian.Uint32(frame[20:])}
}

// computed is the checksum of a frame, after all before it.
func (l *logReader) computed(frame []byte) [2]uint32 {
	return l.add(l.add(l.sum, frame[:8]), frame[frameHead:])
}

func (l *logReader) sameSalt(frame []byte) bool { return string(frame[8:16]) == string(l.head[16:24]) }

// follows reports whether a frame is good.
func (l *logReader) follows(frame []byte) bool {
	return l.sameSalt(frame) && binary.BigEndian.Uint32(frame) != 0 && l.computed(frame) == l.recorded(frame)
}

// mendHead finds the one byte that is wrong in the header. A header alone is no sign: it
// is flushed before the first frame is written.
func (l *logReader) mendHead() []flaw {
	was := l.head
	defer func() { l.head = was }()
	for i := range was {
		for b := range 256 {
			l.head = was
			l.head[i] = byte(b)
			if !l.begin(l.head[:]) {
				continue
			}
			frame := make([]byte, frameHead+l.page)
			if _, err := l.file.ReadAt(frame, logHead); err == nil && l.follows(frame) {
				return []flaw{{int64(i), was[i], byte(b)}}
			}
		}
	}
	return nil
}

// mend finds the bytes of which one is wrong in a frame. Checksums that lack what the
// highest byte of a word makes up for repeat every few hundred bytes.
func (l *logReader) mend(frame []byte) (wrong []flaw) {
	computed, recorded := l.computed(frame), l.recorded(frame)
	if !l.sameSalt(frame) {
		if i, one := oneByte(frame[8:16], l.head[16:24]); one && computed == recorded {
			wrong = append(wrong, flaw{int64(8 + i), frame[8+i], l.head[16+i]})
		}
		return wrong
	}
	var sum [8]byte
	binary.BigEndian.PutUint32(sum[:], computed[0])
	binary.BigEndian.PutUint32(sum[4:], computed[1])
	if i, one := oneByte(frame[16:24], sum[:]); one {
		wrong = append(wrong, flaw{int64(16 + i), frame[16+i], sum[i]})
	}
	// A word that is larger by d makes the checksum larger by d times a factor, which
	// depends on how many words follow.
	missing := [2]uint32{recorded[0] - computed[0], recorded[1] - computed[1]}
	first, second := [2]uint32{1, 1}, [2]uint32{0, 1} // factors of the words of a pair
	for at := len(frame) - 8; at >= 0; at -= 8 {
		if at == frameHead-8 {
			at = 0 // the checksum is of what is before the salt, too
		}
		for i, factor := range [][2]uint32{first, second} {
			word := frame[at+4*i:][:4]
			if should, b := l.oneByteMore(word, factor, missing); b >= 0 {
				wrong = append(wrong, flaw{int64(at + 4*i + b), word[b], should})
			}
		}
		first, second = step(first), step(second)
	}
	return wrong
}

// step is the factor if one more pair of words follows.
func step(f [2]uint32) [2]uint32 { return [2]uint32{f[0] + f[1], f[0] + 2*f[1]} }

// oneByteMore finds the byte of a word that makes up for what a checksum lacks; at is -1 if
// there is none.
func (l *logReader) oneByteMore(word []byte, factor, missing [2]uint32) (should byte, at int) {
	odd := 0
	if factor[0]%2 == 0 {
		odd = 1 // of two Fibonacci numbers that follow each other one is
	}
	d := missing[odd] * inverse(factor[odd])
	if d == 0 || d*factor[1-odd] != missing[1-odd] {
		return 0, -1
	}
	var changed [4]byte
	l.order.PutUint32(changed[:], l.order.Uint32(word)+d)
	if i, one := oneByte(word, changed[:]); one {
		return changed[i], i
	}
	return 0, -1
}

// inverse is the number that an odd one is multiplied by to get 1, modulo 1<<32.
func inverse(n uint32) uint32 {
	x := n // right in its last three bits; a step doubles them
	for range 4 {
		x *= 2 - n*x
	}
	return x
}

// oneByte finds the only place in which two texts differ.
func oneByte(a, b []byte) (at int, is bool) {
	at = -1
	for i := range a {
		if a[i] != b[i] {
			if at >= 0 {
				return 0, false
			}
			at = i
		}
	}
	return max(at, 0), at >= 0
}

// behind is an error if commits follow a bad frame that a power cut can't leave.
func (l *logReader) behind(bad int64, frame []byte) error {
	commits := 0
	for at := bad + int64(len(frame)); ; at += int64(len(frame)) {
		l.sum = l.recorded(frame)
		if _, err := l.file.ReadAt(frame, at); err != nil {
			return ignoreEnd(err)
		}
		if !l.follows(frame) || binary.BigEndian.Uint32(frame[4:]) == 0 {
			continue
		}
		if commits++; commits > afterACrash {
			return damagedFile(fmt.Sprintf("the frame at byte %d of its write-ahead log is wrong, and what was committed after it would be lost", bad))
		}
	}
}

// mendLog repairs the log of a database that nobody else has open.
func mendLog(path string, mended func(store.Damage)) error {
	flaws, err := readLog(path)
	if err != nil || len(flaws) == 0 {
		return err
	}
	f, err := os.OpenFile(path+"-wal", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	for _, flaw := range flaws {
		if err == nil {
			_, err = f.WriteAt([]byte{flaw.should}, flaw.at)
		}
		mended(store.Damage{Place: flaw.String() + " (it was put right, and nothing is lost)"})
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("mend the write-ahead log: %w", err)
	}
	return nil
}

// checkLog is an error if the log is damaged, for callers that may not mend it. SQLite must
// not open such a database: when the last connection closes, the log is emptied.
func checkLog(path string) error {
	flaws, err := readLog(path)
	if err == nil && len(flaws) > 0 {
		err = damagedError(flaws[0].String() + "; the server puts it right when it starts")
	}
	return err
}
