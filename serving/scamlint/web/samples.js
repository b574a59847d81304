// Sample documents, written for this project; the projects in them do not exist.

export const samples = [
  { file: "pitch.txt", title: "A pitch", about: "A yield platform writes to new members" },
  { file: "warning.txt", title: "A warning", about: "The same words, told to protect readers" },
  { file: "ama.txt", title: "An AMA", about: "Questions and answers from a chat group" },
];
