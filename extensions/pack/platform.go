package pack

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"runtime"
)

// platformOf is what a program is built for, like linux/amd64; "" where it is none
// that is known.
func platformOf(program []byte) string {
	r := bytes.NewReader(program)
	if f, err := elf.NewFile(r); err == nil {
		system := "linux"
		switch f.OSABI {
		case elf.ELFOSABI_FREEBSD:
			system = "freebsd"
		case elf.ELFOSABI_NETBSD:
			system = "netbsd"
		case elf.ELFOSABI_OPENBSD:
			system = "openbsd"
		}
		return named(system, map[elf.Machine]string{
			elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64", elf.EM_386: "386", elf.EM_ARM: "arm", elf.EM_RISCV: "riscv64",
		}[f.Machine])
	}
	if f, err := macho.NewFile(r); err == nil {
		return named("darwin", map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}[f.Cpu])
	}
	if f, err := pe.NewFile(r); err == nil {
		return named("windows", map[uint16]string{
			pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64", pe.IMAGE_FILE_MACHINE_I386: "386",
		}[f.Machine])
	}
	return ""
}

func named(system, machine string) string {
	if machine == "" {
		return ""
	}
	return system + "/" + machine
}

// Here is the platform of this process.
func Here() string { return runtime.GOOS + "/" + runtime.GOARCH }
