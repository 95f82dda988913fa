package pluginpb

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"google.golang.org/protobuf/proto"
)

// A stream is a socket between the server and an extension's process on which
// Run is called without gRPC: a call is one frame there and one back, and
// several may be under way. A frame is the length of its message (4 bytes), the
// number of its call (8), what it is (1), and the message. Numbers are
// big-endian.
//
// The process is born with the socket ([EnvStream]), and says in its answer to
// Open that it reads it. One that was built before doesn't, and is called by
// gRPC.

// EnvStream is the number of the file that is the process's end of its stream.
const EnvStream = "MANYTILL_STREAM"

// What a frame is.
const (
	frameMessage = iota // a request, or its answer
	frameError          // why there is no answer, in words
)

const (
	frameHead = 4 + 8 + 1
	// keptBuffer is the largest that is kept for the next frame.
	keptBuffer = 256 << 10
)

// Stream is one end. Send and Fail may be called by several goroutines at once,
// Receive by one.
type Stream struct {
	conn          net.Conn
	reads, writes int // bytes of a message, at most
	in            *bufio.Reader
	body          []byte

	writing sync.Mutex
	out     []byte
}

// NewStream is an end at which messages of at most so many bytes are read and
// written.
func NewStream(conn net.Conn, reads, writes int) *Stream {
	return &Stream{conn: conn, reads: reads, writes: writes, in: bufio.NewReaderSize(conn, 32<<10)}
}

// Send writes the message of a call.
func (s *Stream) Send(call uint64, m proto.Message) error {
	return s.send(call, frameMessage, func(to []byte) ([]byte, error) {
		return proto.MarshalOptions{}.MarshalAppend(to, m)
	})
}

// Fail writes that a call has no answer, and why.
func (s *Stream) Fail(call uint64, words string) error {
	return s.send(call, frameError, func(to []byte) ([]byte, error) { return append(to, Cut(words)...), nil })
}

// UnwritableError is of a message that couldn't be written, and wasn't begun.
type UnwritableError struct{ error }

func (e *UnwritableError) Unwrap() error { return e.error }

func (s *Stream) send(call uint64, kind byte, message func([]byte) ([]byte, error)) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	var head [frameHead]byte
	frame, err := message(append(s.out[:0], head[:]...))
	if err != nil {
		return &UnwritableError{err}
	}
	if len(frame)-frameHead > s.writes {
		return &UnwritableError{fmt.Errorf("it has more than %d bytes", s.writes)}
	}
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-frameHead))
	binary.BigEndian.PutUint64(frame[4:], call)
	frame[12] = kind
	if s.out = frame; cap(frame) > keptBuffer {
		s.out = nil
	}
	_, err = s.conn.Write(frame)
	return err
}

// TooLargeError is of a message with more bytes than are read.
type TooLargeError struct{ Most int }

func (e *TooLargeError) Error() string { return fmt.Sprintf("a message of more than %d bytes", e.Most) }

// GarbageError is of a frame that isn't understood.
type GarbageError struct{ Err error }

func (e *GarbageError) Error() string { return "a frame that isn't understood: " + e.Err.Error() }
func (e *GarbageError) Unwrap() error { return e.Err }

// Receive reads the next message into m, and says of which call it is. A call
// that has no answer says why in failure. After an err nothing more is read.
func (s *Stream) Receive(m proto.Message) (call uint64, failure, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(s.in, head[:]); err != nil {
		return 0, nil, err
	}
	size := int(binary.BigEndian.Uint32(head[:]))
	call = binary.BigEndian.Uint64(head[4:])
	if size > s.reads {
		return 0, nil, &TooLargeError{s.reads}
	}
	if cap(s.body) < size {
		s.body = make([]byte, size)
	}
	body := s.body[:size]
	if cap(s.body) > keptBuffer {
		s.body = nil
	}
	if _, err := io.ReadFull(s.in, body); err != nil {
		return 0, nil, err
	}
	switch head[12] {
	case frameMessage:
		if err := proto.Unmarshal(body, m); err != nil {
			return 0, nil, &GarbageError{err}
		}
		return call, nil, nil
	case frameError:
		return call, errors.New(Cut(string(body))), nil
	}
	return 0, nil, &GarbageError{fmt.Errorf("its kind is %d", head[12])}
}

// Close ends both directions.
func (s *Stream) Close() error { return s.conn.Close() }
