declare module "*.css?inline" {
  const text: string;
  export default text;
}

declare module "*?worker&inline" {
  const kind: new () => Worker;
  export default kind;
}
