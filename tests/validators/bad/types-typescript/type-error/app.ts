export const port: number = "8000";
